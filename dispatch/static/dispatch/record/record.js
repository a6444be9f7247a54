// Names the elements of a record's page. The record comes last: it looks for its parts.

import { IncidentRecord } from "./elements/incident_record.js";
import { RecordExport } from "./elements/record_export.js";
import { RecordPlayer } from "./elements/record_player.js";

customElements.define("record-player", RecordPlayer);
customElements.define("incident-record", IncidentRecord);
customElements.define("record-export", RecordExport);
