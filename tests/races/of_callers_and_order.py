"""R19 to R35: callers left behind, hosts who come back, order, evidence."""

from tests.races.race import (
    ACTIONS,
    INDOORS,
    LIMITS,
    MODEL,
    RACES,
    RULES,
    SOCKETS,
    Race,
)

OF_CALLERS_AND_ORDER: dict[str, Race] = {
    # --- Ghosts, and callers left behind ---
    "R19": Race(
        "The caller has hung up, and the seat still rings.",
        "The end of a call settles every open offer of it in the same transaction.",
        (
            f"{RACES}seats.py::test_a_caller_who_hangs_up_leaves_no_seat_ringing",
            f"{ACTIONS}ends.py::"
            "test_a_caller_hangs_up_while_offered_and_the_seat_is_free_again",
            f"{ACTIONS}offers.py::test_who_accepts_after_the_caller_hung_up_is_told",
        ),
    ),
    "R20": Race(
        "Somebody who is long gone keeps a room full.",
        "Each place has a lease of its own or its shift's, and the end of the call "
        "closes all.",
        (
            f"{RACES}transfers.py::test_a_supervisor_whose_board_died_is_in_no_room",
            f"{ACTIONS}invitations.py::"
            "test_the_end_of_the_call_sends_everybody_home_and_only_the_host_wraps_up",
            "tests/media/test_relay.py::test_a_page_that_dies_is_told_as_lost",
            "tests/media/test_parties.py::test_a_party_that_dies_frees_its_line",
        ),
    ),
    "R21": Race(
        "The last one on duty leaves, and whoever waits is forgotten.",
        "The alarm stands with nobody on duty, neighbours help at once, and waiting is "
        "escalated again and again.",
        (
            "tests/doors/test_tap.py::test_nobody_on_duty_is_told_and_the_alarm_stands",
            f"{ACTIONS}offers.py::test_a_neighbour_helps_at_once_where_nobody_is_on_duty",
            f"{ACTIONS}deadlines.py::"
            "test_a_call_nobody_answers_is_escalated_again_and_again",
        ),
    ),
    "R22": Race(
        "A short cut, and the caller is off the list while the page says to wait.",
        "Waiting is a row; the page shows what the server last said, and its age.",
        (
            f"{ACTIONS}guests.py::"
            "test_a_waiting_call_without_a_phone_is_never_ended_by_that",
            "tests/browser/test_line_cut.py::"
            "test_the_callers_line_cut_for_5_s_costs_nothing",
            "tests/js/caller/line_truth.test.js::"
            "connected stands only on proof younger than six seconds",
        ),
    ),
    "R23": Race(
        "One caller who reloads, or never answers, holds up the line for all.",
        "A call that is offered leaves the line free; a lost phone has its turn.",
        (
            f"{ACTIONS}long_lines.py::"
            "test_waiting_calls_nobody_can_serve_do_not_starve_others",
            f"{ACTIONS}distribution_misses.py::"
            "test_a_call_everybody_refused_does_not_keep_the_next_ones_waiting",
            f"{ACTIONS}guests.py::test_a_seat_that_takes_a_lost_call_gets_its_120_s",
        ),
    ),
    "R24": Race(
        "An offer that is not accepted never moves on; one seat that is away stops "
        "all; the distributing thread dies and nobody notices.",
        "Woken by entries and by the clock; each loop's last turn is told by /readyz.",
        (
            f"{ACTIONS}distribution_misses.py::"
            "test_a_seat_that_never_answers_holds_up_neither_its_call_nor_the_others",
            f"{RULES}matching.py::"
            "test_no_call_waits_while_a_seat_that_may_answer_it_is_free",
            "tests/doors/test_small_doors.py::test_it_is_alive_and_serving_and_says_so",
            "tests/faults/test_database_away.py::"
            "test_the_alarm_page_still_comes_and_readyz_tells",
            MODEL,
        ),
    ),
    # --- The host comes back ---
    "R25": Race(
        "The host who reconnects is shut out of the room, or the room is gone.",
        "The host is the seat, not its socket: the shift's epoch opens the room again.",
        (
            f"{ACTIONS}seats.py::test_a_console_resumes_only_its_own_open_shift",
            f"{ACTIONS}transfers.py::test_the_second_seat_goes_on_when_the_host_dies",
            f"{ACTIONS}seats.py::"
            "test_a_take_over_keeps_the_call_and_the_old_console_can_do_nothing",
            "tests/browser/test_restart.py::"
            "test_a_killed_server_costs_no_call_no_seat_and_no_word",
            "tests/browser/test_line_cut.py::"
            "test_the_seats_line_hanging_for_5_s_costs_nothing",
        ),
    ),
    "R26": Race(
        "A newcomer under the same name puts out the one who lives.",
        "Only the next epoch replaces, and one takes it over knowingly.",
        (
            f"{ACTIONS}seats.py::test_ones_own_seat_is_moved_only_when_asked_to",
            f"{SOCKETS}windows.py::test_a_colleague_cannot_take_a_seat_that_is_worked_at",
            f"{RACES}transfers.py::"
            "test_a_host_that_is_heard_at_the_last_moment_keeps_its_call",
            f"{LIMITS}test_an_epoch_is_never_given_twice",
        ),
    ),
    "R27": Race(
        "The operator reloads, and the call that rings, or is on, is not shown again.",
        "The welcome is made of the rows: seat, offer, room, invitations.",
        (
            f"{RACES}reload.py::test_a_reload_while_it_rings_still_shows_what_is_asked",
            f"{RACES}reload.py::test_a_reload_of_the_host_shows_whom_it_asked",
            f"{RACES}reload.py::test_a_reload_of_the_second_seat_is_back_in_the_room",
            "tests/browser/test_reload.py::"
            "test_a_reload_on_either_side_is_the_same_call_with_all_its_words",
        ),
    ),
    # --- Order; late and repeated events ---
    "R28": Race(
        "The line is ordered by a time that changes, and who came first waits longest.",
        "By priority, then by the moment of the tap, which nothing changes.",
        (
            f"{ACTIONS}offers.py::"
            "test_calls_are_offered_in_their_order_of_urgency_and_age",
            f"{ACTIONS}seats.py::"
            "test_a_call_that_comes_back_keeps_its_place_in_the_line",
            f"{RULES}matching.py::"
            "test_nobody_is_passed_over_for_a_less_urgent_or_younger_call",
        ),
    ),
    "R29": Race(
        "A late end of one call closes the next, or drops those that still ring.",
        "Each verb names its call, and the seat must be in that very room.",
        (
            f"{RACES}seats.py::test_the_end_of_a_call_that_is_over_does_not_end_the_next",
            f"{RACES}transfers.py::test_a_former_host_in_its_next_call_is_left_in_peace",
            f"{SOCKETS}windows.py::test_a_hang_up_of_the_old_window_ends_nothing",
        ),
    ),
    "R30": Race(
        "Under load the news of a change is dropped, and a screen shows an old truth.",
        "Numbered entries: a hole is noticed, asked for, and found by a poll.",
        (
            f"{RULES}broadcast.py::test_the_safety_poll_finds_what_no_publish_told",
            f"{INDOORS}sockets.py::test_a_publish_that_is_lost_is_found_within_a_poll",
            f"{SOCKETS}cursors.py::"
            "test_a_window_that_was_away_gets_exactly_what_it_missed",
        ),
    ),
    "R31": Race(
        "An old timer acts on a state that is newer than the one it was set for.",
        "A deadline is a column of its own row, looked at again under the lock.",
        (
            f"{RACES}seats.py::test_an_old_deadline_does_not_withdraw_the_next_offer",
            f"{RACES}seats.py::test_an_old_wrap_up_does_not_end_the_next_one",
            f"{RACES}transfers.py::test_an_old_question_does_not_end_the_next_one",
            f"{RACES}seats.py::"
            "test_a_console_that_is_back_at_the_last_moment_keeps_seat_and_call",
            f"{RACES}windows.py::"
            "test_a_window_that_reads_of_a_call_that_is_over_enters_no_room",
            f"{RACES}supervisors.py::"
            "test_a_lease_renewed_during_an_act_is_not_set_back_by_it",
            "tests/model/test_model.py::test_a_seeded_bug_is_found_by_its_law",
        ),
    ),
    # --- Orders and evidence ---
    "R32": Race(
        "A unit that is sent a second time loses its first order.",
        "No units and no orders are made here yet, so none can be lost; what sends a "
        "unit will be an index away from sending it twice.",
    ),
    "R33": Race(
        "A recording is begun twice or overwritten when somebody comes back.",
        "A file is a clip and a number, written once; a name that is there is refused.",
        (
            "tests/media/test_segments.py::"
            "test_a_leg_id_that_comes_again_overwrites_nothing",
            "tests/evidence/test_storage.py::"
            "test_other_bytes_never_replace_what_is_there",
            "tests/media/test_intake.py::test_a_crash_in_between_changes_nothing",
        ),
    ),
    "R34": Race(
        "A browser's recorder gives empty, broken or no pieces.",
        "Pieces are numbered and hashed on the phone, gaps are written down, and a "
        "recorder that dies is followed by another.",
        (
            "tests/js/caller/recorder.test.js::"
            "a recorder that dies is followed by another",
            "tests/evidence/test_nemesis.py::test_whatever_is_done_to_uploads",
            "tests/views/test_recordings.py::test_a_hole_is_survived_and_told",
        ),
    ),
    "R35": Race(
        "Somebody sees another's caller, or a recording without signing in.",
        "Each look asks for the right to this very object, and is written down.",
        (
            "tests/views/test_lookers.py::test_everybody_else_learns_nothing",
            "tests/evidence/test_doors.py::"
            "test_only_the_incidents_own_capability_opens_it",
            f"{SOCKETS}neighbours.py::"
            "test_at_her_own_seat_nothing_of_ours_can_be_reached",
            f"{INDOORS}board.py::"
            "test_a_supervisor_sees_the_agencies_supervised_and_no_other",
            f"{RACES}supervisors.py::"
            "test_who_may_no_more_is_out_of_the_room_with_the_socket",
            f"{INDOORS}party_signals.py::"
            "test_nobody_gets_in_without_a_row_or_with_anothers",
        ),
    ),
}
