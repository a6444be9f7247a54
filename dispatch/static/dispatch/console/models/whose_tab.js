// A tab keeps drafts and the seat's epoch over a reload. The next person who signs in on
// the same tab must not see them.

const KEY = "alarm110.operator";

/** Forget what another operator left in this tab.
 * @param {Storage} storage @param {string} operator the signed-in person's id */
export function claimTab(storage, operator) {
  if (storage.getItem(KEY) === operator) return;
  storage.clear();
  storage.setItem(KEY, operator);
}
