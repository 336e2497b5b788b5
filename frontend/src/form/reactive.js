// What the engine writes its state into: a plain object of which every property that something looks at becomes
// a signal. Most properties of most questions are never looked at, so none is made beforehand.
import { createSignal, getListener } from 'solid-js';

export function reactive(state) {
  const signals = new Map();
  return new Proxy(state, {
    get(target, key) {
      if (getListener() && typeof key === 'string') {
        if (!signals.has(key)) signals.set(key, createSignal(target[key]));
        return signals.get(key)[0]();
      }
      return target[key];
    },
    set(target, key, value) {
      target[key] = value;
      signals.get(key)?.[1](() => value);
      return true;
    },
  });
}
