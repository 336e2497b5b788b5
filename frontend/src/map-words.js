// The words of maplibre-gl, in the languages of the site but English.
const WORDS = {
  es: {
    'Map.Title': 'Mapa',
    'Marker.Title': 'Marca en el mapa',
    'NavigationControl.ZoomIn': 'Acercar',
    'NavigationControl.ZoomOut': 'Alejar',
    'CooperativeGesturesHandler.WindowsHelpText': 'Use Ctrl y la rueda para acercar o alejar el mapa',
    'CooperativeGesturesHandler.MacHelpText': 'Use ⌘ y la rueda para acercar o alejar el mapa',
    'CooperativeGesturesHandler.MobileHelpText': 'Use dos dedos para mover el mapa',
  },
};

export const words = () => WORDS[document.documentElement.lang];
