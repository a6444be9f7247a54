// The parts of the page that the alarm itself does not need: loaded when it has nothing
// better to do, at the latest with the call.

import { find } from "../../lib/dom.js";
export { keepPage } from "../models/kept_page.js";
import { AttachFiles } from "./attach_files.js";
import { EndWords } from "./end_words.js";
import { OfficerFrame } from "./officer_frame.js";
import { PhoneCheck } from "./phone_check.js";
import { RecordingRest } from "./recording_rest.js";
import { WarningQuestion } from "./warning_question.js";

/**
 * @param {HTMLElement} page
 * @param {import("../models/alarm.js").Alarm} alarm
 * @param {import("../models/senses.js").Senses} senses
 */
export function begin(page, alarm, senses) {
  customElements.define("end-words", EndWords);
  find(page, "end-words", EndWords).begin(alarm);
  customElements.define("officer-frame", OfficerFrame);
  customElements.define("attach-files", AttachFiles);
  customElements.define("phone-check", PhoneCheck);
  customElements.define("recording-rest", RecordingRest);
  customElements.define("warning-question", WarningQuestion);
  find(page, "officer-frame", OfficerFrame).begin(alarm, senses);
  find(page, "attach-files", AttachFiles).begin(senses);
  find(page, "phone-check", PhoneCheck).begin(alarm);
  find(page, "recording-rest", RecordingRest).begin(alarm, senses);
  find(page, "warning-question", WarningQuestion).begin(alarm);
}
