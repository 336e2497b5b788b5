// The page where a form is filled: loaded there and nowhere else.
import './form/form.css';
import { start } from './form/app.js';

start(JSON.parse(document.getElementById('fill').textContent), document.getElementById('form'));
