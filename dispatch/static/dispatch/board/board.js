// Names the elements of the board. The board comes last: its parts must be known first.

import { ActPanel } from "./elements/act_panel.js";
import { BoardCalls } from "./elements/board_calls.js";
import { BoardFigures } from "./elements/board_figures.js";
import { BoardHealth } from "./elements/board_health.js";
import { BoardLine } from "./elements/board_line.js";
import { BoardNotices } from "./elements/board_notices.js";
import { BoardRoom } from "./elements/board_room.js";
import { BoardSeats } from "./elements/board_seats.js";
import { LiveBoard } from "./elements/live_board.js";

customElements.define("act-panel", ActPanel);
customElements.define("board-calls", BoardCalls);
customElements.define("board-figures", BoardFigures);
customElements.define("board-health", BoardHealth);
customElements.define("board-line", BoardLine);
customElements.define("board-notices", BoardNotices);
customElements.define("board-room", BoardRoom);
customElements.define("board-seats", BoardSeats);
customElements.define("live-board", LiveBoard);
