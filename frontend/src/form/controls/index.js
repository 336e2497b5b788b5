// Which control answers which question.
import { barcode } from './barcode.js';
import { day, dayAndTime, time } from './dates.js';
import { file } from './files.js';
import { decimal, whole } from './numbers.js';
import { note } from './notes.js';
import { place, path } from './places.js';
import { range } from './ranges.js';
import { rank } from './rank.js';
import { many, one } from './select.js';
import { text } from './text.js';
import { trigger } from './trigger.js';

const INPUTS = {
  string: text, int: whole, decimal, date: day, time, dateTime: dayAndTime,
  geopoint: place, geotrace: path, geoshape: path, barcode,
};

export function controlOf(node) {
  switch (node.nodeType) {
    case 'select':
      return node.selectType === 'select1' ? one(node) : many(node);
    case 'rank':
      return rank;
    case 'range':
      return range(node);
    case 'upload':
      return file(node);
    case 'trigger':
      return trigger;
    case 'note':
      return note;
    default:
      return INPUTS[node.valueType] ?? text;
  }
}
