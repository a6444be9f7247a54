// Names the elements of the console. The console comes last: its regions must be known
// when it looks for them.

import { CallHead } from "./elements/call_head.js";
import { CallOffer } from "./elements/call_offer.js";
import { CallerPicture } from "./elements/caller_picture.js";
import { CallerPlace } from "./elements/caller_place.js";
import { CameraPreview } from "./elements/camera_preview.js";
import { CodePicker } from "./elements/code_picker.js";
import { ColleagueSeats } from "./elements/colleague_seats.js";
import { ConsoleBar } from "./elements/console_bar.js";
import { IncidentForm } from "./elements/incident_form.js";
import { KeySheet } from "./elements/key_sheet.js";
import { MessageLine } from "./elements/message_line.js";
import { MissedCalls } from "./elements/missed_calls.js";
import { PhraseList } from "./elements/phrase_list.js";
import { SeatChooser } from "./elements/seat_chooser.js";
import { SeatConsole } from "./elements/seat_console.js";
import { TextThread } from "./elements/text_thread.js";
import { UnsavedWords } from "./elements/unsaved_words.js";
import { WaitingLine } from "./elements/waiting_line.js";
import { claimTab } from "./models/whose_tab.js";

const shell = /** @type {HTMLElement} */ (document.querySelector("seat-console"));
claimTab(sessionStorage, shell.dataset.operatorId ?? "");

customElements.define("call-head", CallHead);
customElements.define("call-offer", CallOffer);
customElements.define("caller-picture", CallerPicture);
customElements.define("caller-place", CallerPlace);
customElements.define("camera-preview", CameraPreview);
customElements.define("code-picker", CodePicker);
customElements.define("colleague-seats", ColleagueSeats);
customElements.define("console-bar", ConsoleBar);
customElements.define("incident-form", IncidentForm);
customElements.define("key-sheet", KeySheet);
customElements.define("message-line", MessageLine);
customElements.define("missed-calls", MissedCalls);
customElements.define("phrase-list", PhraseList);
customElements.define("seat-chooser", SeatChooser);
customElements.define("text-thread", TextThread);
customElements.define("unsaved-words", UnsavedWords);
customElements.define("waiting-line", WaitingLine);
customElements.define("seat-console", SeatConsole);
