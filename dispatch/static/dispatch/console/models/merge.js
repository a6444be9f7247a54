// Two people wrote in one text: nothing of either is lost, and neither has to decide.

/** @typedef {{from: number, to: number, words: string}} Edit  of a text, by its indices */

/**
 * @param {string} base  what both began from @param {string} mine @param {string} theirs
 * @returns {string} both; changes of the same place stand below each other, a colleague's
 *   first. Where they overlap a sentence may stand twice, but none is missing.
 */
export function joined(base, mine, theirs) {
  if (mine === theirs) return mine;
  const first = editOf(base, theirs);
  const second = editOf(base, mine);
  if (isInsertion(first) && isInsertion(second) && first.from === second.from) {
    // A colleague's new line does not cut the word that one is just writing.
    const goesOn = first.words.startsWith("\n") && !second.words.startsWith("\n");
    const both = goesOn
      ? below(second.words, first.words)
      : below(first.words, second.words);
    return applied(base, { ...first, words: both });
  }
  if (first.to <= second.from) return applied(applied(base, second), first);
  if (second.to <= first.from) return applied(applied(base, first), second);
  return below(theirs, mine);
}

/**
 * Where the caret belongs once `before` has become `now`: at the same words.
 * @param {string} before @param {string} now @param {number} caret @returns {number}
 */
export function caretIn(before, now, caret) {
  const { from, to, words } = editOf(before, now);
  if (caret <= from && caret < before.length) return caret;
  return Math.max(from + words.length, caret + words.length - (to - from));
}

/** @param {string} base @param {string} now @returns {Edit} the one change between them */
function editOf(base, now) {
  const shorter = Math.min(base.length, now.length);
  let from = 0;
  while (from < shorter && base[from] === now[from]) from += 1;
  let end = 0;
  while (end < shorter - from && base.at(-1 - end) === now.at(-1 - end)) end += 1;
  // Half an emoji is no text: the server would refuse all of it.
  if (from > 0 && isHigh(base.charCodeAt(from - 1))) from -= 1;
  if (end > 0 && isLow(base.charCodeAt(base.length - end))) end -= 1;
  return { from, to: base.length - end, words: now.slice(from, now.length - end) };
}

/** @param {string} text @param {Edit} edit */
function applied(text, { from, to, words }) {
  return text.slice(0, from) + words + text.slice(to);
}

/** @param {Edit} edit */
function isInsertion({ from, to }) {
  return from === to;
}

/** @param {string} text @param {string} more  on a line of its own */
function below(text, more) {
  if (!text || !more) return text + more;
  return text.endsWith("\n") || more.startsWith("\n") ? text + more : `${text}\n${more.replace(/^ +/, "")}`;
}

/** @param {number} unit */
function isHigh(unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** @param {number} unit */
function isLow(unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
