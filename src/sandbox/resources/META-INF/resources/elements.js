// What the parts of the checkout page write with.

/** A time of day with milliseconds, in the reader's time zone. @param text a time of RFC 3339 */
export function clock(text) {
  const time = new Date(text);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0'));
  return `${parts.join(':')}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

export function make(tag, content = '', className = '') {
  const made = document.createElement(tag);
  made.textContent = content;
  made.className = className;
  return made;
}

export function setText(target, content) {
  if (target.textContent !== content) {
    target.textContent = content;
  }
}
