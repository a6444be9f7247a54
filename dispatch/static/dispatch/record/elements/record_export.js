// The question before a record is taken away. The answer is a file and no page, so this
// one stays: the question closes, says that the file comes, and asks for what is told of it.

import { tell, toldIn } from "./tellings.js";
import { gettext } from "../../lib/words.js";

const LOOKS_MS = [1500, 3000, 6000, 12_000]; // after each other, until it is told

export class RecordExport extends HTMLElement {
  connectedCallback() {
    // A moment later: what is being sent must not be emptied while it is.
    this.addEventListener("submit", () => setTimeout(() => void this.#taken()));
  }

  async #taken() {
    const [details, form] = [this.querySelector("details"), this.querySelector("form")];
    if (details) details.open = false;
    form?.reset();
    this.querySelector("summary")?.focus({ preventScroll: true });
    const line = this.#say(gettext("The table is being taken. Its SHA-256 will stand here in a moment."));
    for (const wait of LOOKS_MS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      const told = await tellings();
      if (told.length) {
        line.remove();
        return tell(told);
      }
      if (line.nextElementSibling) return line.remove(); // what is prepared brought it
    }
    line.textContent = gettext("Load the page again for the file's SHA-256.");
  }

  /** @param {string} words @returns {HTMLElement} */
  #say(words) {
    const line = document.createElement("p");
    line.className = "notice record-message";
    line.setAttribute("role", "status");
    line.textContent = words;
    document.querySelector(".record-told")?.append(line);
    return line;
  }
}

/** @returns {Promise<HTMLElement[]>} what the page tells once, were it loaded again */
async function tellings() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) return [];
    return toldIn(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    return [];
  }
}
