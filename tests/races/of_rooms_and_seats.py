"""R1 to R18: rooms, owners, and seats that are stuck."""

from tests.races.race import (
    ACTIONS,
    FAULTS,
    INDOORS,
    LIMITS,
    MACHINE,
    MODEL,
    PAIRS,
    RACES,
    RULES,
    SOCKETS,
    Race,
)

OF_ROOMS_AND_SEATS: dict[str, Race] = {
    # --- Two callers in one room, or two owners of one caller ---
    "R1": Race(
        "A room that was offered and not entered yet looks free, is offered again, and "
        "the second who enters is taken for the first coming back.",
        "The offer is a row that reserves the seat; a place belongs to a call by its "
        "epoch, and coming back needs it.",
        (
            f"{RACES}seats.py::test_of_two_hosts_who_ask_for_one_seat_one_gets_it",
            f"{RACES}seats.py::test_a_seat_that_is_asked_in_is_not_offered_a_call_too",
            f"{ACTIONS}guests.py::test_an_epoch_that_was_never_given_is_refused",
            f"{LIMITS}test_an_open_offer_is_one_a_seat_and_one_a_call",
        ),
    ),
    "R2": Race(
        "The next caller comes in and reads what the last one wrote.",
        "A room is a call; nothing of it goes on to the next, and the desk is cleared.",
        (
            f"{RACES}transfers.py::"
            "test_who_was_let_into_one_call_is_not_in_the_callers_next",
            f"{ACTIONS}room_acts.py::"
            "test_what_was_stopped_in_one_call_is_not_stopped_in_the_next",
            "tests/browser/test_console_live.py::"
            "test_words_and_picture_are_of_one_call_only",
            "tests/browser/test_console_evidence.py::"
            "test_what_one_call_recorded_is_not_shown_in_the_next",
            "tests/js/console/desk.test.js::"
            "a call comes with its incident and leaves without a trace",
        ),
    ),
    "R3": Race(
        "Who reconnects is in the room twice.",
        "One place a person, resumed by its epoch; the newer window takes it over.",
        (
            f"{ACTIONS}guests.py::"
            "test_another_window_takes_over_and_the_old_epoch_is_refused",
            f"{LIMITS}test_a_call_has_one_guest",
            f"{RACES}supervisors.py::"
            "test_a_supervisor_comes_into_one_room_from_board_and_seat_at_once",
            f"{SOCKETS}windows.py::test_the_same_seat_in_a_second_tab_replaces_the_first",
            f"{INDOORS}signals.py::test_a_new_leg_replaces_the_windows_former_one",
        ),
    ),
    "R4": Race(
        "Two seats answer one call, and both believe they have it.",
        "The call's row is locked, the state looked at again, one host a call is an "
        "index, and the loser is told who won.",
        (
            f"{FAULTS}test_claim_race.py::test_one_seat_wins_and_all_are_told",
            f"{ACTIONS}take_call.py::test_the_loser_is_told_who_won",
            f"{LIMITS}test_a_call_has_one_host",
            MODEL,
        ),
    ),
    "R5": Race(
        "The automatic assignment, from an older look, overrides a person.",
        "It goes through the same lock and the same second look as a person.",
        (
            f"{RACES}seats.py::test_the_matcher_does_not_override_a_person",
            f"{ACTIONS}offers.py::test_what_moved_on_since_the_matcher_looked_is_skipped",
            f"{ACTIONS}distribution.py::"
            "test_what_a_person_did_since_the_matcher_looked_stands",
        ),
    ),
    "R6": Race(
        "A double tap makes two rooms, or two alarms, of one caller.",
        "A tap has an id of its own, a caller one live call; both are indexes.",
        (
            f"{ACTIONS}tap.py::test_a_double_tap_in_one_batch_is_one_alarm",
            "tests/doors/test_tap.py::test_ten_at_once_are_one_alarm",
            f"{LIMITS}test_a_caller_has_one_live_call",
            f"{LIMITS}test_a_tap_is_one_call_even_when_it_is_over",
        ),
    ),
    "R7": Race(
        "After a transfer the former seat is still in the room.",
        "One transaction closes the old place and opens the new one, in this order.",
        (
            f"{RACES}transfers.py::test_a_transfer_leaves_the_old_host_nothing",
            f"{RACES}transfers.py::"
            "test_a_host_who_ends_while_the_other_accepts_is_one_or_the_other",
            f"{RACES}transfers.py::test_a_call_given_to_a_line_keeps_nobody_in_its_room",
            f"{ACTIONS}transfers.py::"
            "test_the_former_host_acts_no_more_and_is_told_who_has_the_call",
            f"{ACTIONS}take_over.py::"
            "test_two_who_take_over_at_once_one_wins_and_the_other_is_told_who",
            f"{INDOORS}party_signals.py::"
            "test_when_another_seat_is_host_the_formers_leg_ends",
            PAIRS,
        ),
    ),
    # --- A seat over its limit ---
    "R8": Race(
        "Several servers count a seat's calls, find room for one, and all give it.",
        "Nothing is counted: one room a seat and one open offer a seat are indexes.",
        (
            f"{FAULTS}test_claim_race.py::test_one_seat_takes_one_of_many_from_two_tabs",
            f"{RACES}seats.py::test_a_seat_that_accepts_takes_no_other_call_by_hand",
            f"{LIMITS}test_a_seat_has_one_room",
        ),
    ),
    "R9": Race(
        "Many calls find the same seat free, and all ring there.",
        "Pairs are made once for all calls and offered under the seats' locks.",
        (
            f"{RACES}seats.py::test_two_matchers_at_once_offer_each_call_and_seat_once",
            f"{ACTIONS}offers.py::"
            "test_one_wave_never_gives_a_seat_two_calls_or_a_call_two_seats",
            f"{RULES}matching.py::test_nobody_is_given_twice_and_nobody_who_may_not",
        ),
    ),
    "R10": Race(
        "People who are not there are counted as room, and calls go round in a loop.",
        "Only a staffed, ready, idle seat is free; off and away open nothing.",
        (
            f"{RACES}seats.py::test_seats_that_are_off_or_away_count_for_nobody_in_the_line",
            f"{ACTIONS}offers.py::test_a_seat_that_is_not_ready_is_offered_nothing",
            f"{ACTIONS}distribution.py::"
            "test_a_seat_that_is_away_does_not_make_its_callers_wait_for_the_tier",
        ),
    ),
    "R11": Race(
        "How much room a seat has is read before the lock and believed after it.",
        "What was read before a lock only saves work; the lock is where it counts.",
        (
            f"{ACTIONS}offers.py::test_what_moved_on_since_the_matcher_looked_is_skipped",
            f"{RACES}seats.py::test_a_seat_that_is_asked_in_is_not_offered_a_call_too",
            "tests/model/test_model.py::test_a_seeded_bug_is_found_by_its_law",
        ),
    ),
    # --- A seat stuck busy, reserved or away ---
    "R12": Race(
        "A seat stays reserved for an offer that nobody settles.",
        "Every open offer has a deadline, and the sweeper frees the seat.",
        (
            f"{ACTIONS}offers.py::test_an_offer_lapses_by_the_agencys_answer_mode",
            f"{RACES}seats.py::test_an_invitation_that_nobody_answers_ends_by_itself",
            f"{RACES}seats.py::test_a_seat_that_dies_before_it_comes_in_is_free_of_it",
            MODEL,
        ),
    ),
    "R13": Race(
        "The message that a call is over is lost, and its seat is on a call for ever.",
        "No message ends a call: the row does, and each state has a deadline.",
        (
            f"{ACTIONS}guests.py::"
            "test_a_connected_call_without_a_phone_ends_after_120_s_with_a_call_back",
            f"{ACTIONS}ends.py::test_wrap_up_is_over_by_itself",
            f"{ACTIONS}deadlines.py::"
            "test_a_sweep_leaves_nothing_overdue_and_a_second_one_finds_nothing",
            MACHINE,
        ),
    ),
    "R14": Race(
        "A transfer ends a wrap-up too early, or begins it anew.",
        "Wrap-up is of a seat and names its call; only the verb that leaves a room as "
        "its host begins one.",
        (
            f"{RACES}transfers.py::test_a_transfer_ends_nobody_elses_wrap_up",
            f"{RACES}transfers.py::"
            "test_the_end_of_a_transferred_call_does_not_begin_the_former_hosts_wrap_up"
            "_anew",
            f"{RACES}transfers.py::test_a_former_host_in_its_next_call_is_left_in_peace",
        ),
    ),
    "R15": Race(
        "Somebody is invited, dies before coming in, and the seat is blocked.",
        "The place is made with its lease at the tap; an invited seat's shift has one.",
        (
            f"{RACES}seats.py::test_a_seat_that_dies_before_it_comes_in_is_free_of_it",
            f"{ACTIONS}invitations.py::"
            "test_an_invited_seat_that_dies_is_asked_no_more_and_the_host_is_told",
            f"{ACTIONS}guests.py::"
            "test_a_silent_phone_is_missed_after_eight_seconds_in_every_state",
        ),
    ),
    "R16": Race(
        "Who signs in again while a call rings, or misses some, gets none ever after.",
        "A rest ends by itself, away ends with a word, and a new shift begins with no "
        "misses.",
        (
            f"{RACES}seats.py::"
            "test_sitting_down_again_while_a_call_is_offered_locks_nobody_out",
            f"{RACES}seats.py::"
            "test_who_misses_every_call_is_away_and_comes_back_with_a_word",
            f"{RACES}seats.py::test_a_seat_whose_shift_lapsed_while_away_begins_anew",
            f"{ACTIONS}distribution_misses.py::"
            "test_nobody_is_blocked_for_ever_for_a_call_it_refused",
            "tests/model/test_model.py::test_a_seeded_bug_is_found_by_its_law",
        ),
    ),
    "R17": Race(
        "Several windows, or a tab behind others, say in turn whether one is there.",
        "Availability is chosen, by the window that holds the epoch; the server pings, "
        "so a throttled tab answers.",
        (
            f"{RACES}seats.py::test_an_older_window_changes_nothing_about_the_seat",
            f"{RACES}seats.py::test_signs_of_life_of_an_older_window_keep_no_seat",
            "tests/js/lib/live_socket.test.js::"
            "hello first, live only after the welcome, a pong for each heartbeat",
        ),
    ),
    "R18": Race(
        "The window is closed, and the seat still counts as free.",
        "A seat lives by its lease: eight seconds without a sign, and it is off.",
        (
            f"{ACTIONS}seats.py::"
            "test_a_dead_console_loses_its_seat_after_its_lease_and_not_before",
            f"{ACTIONS}seats.py::"
            "test_a_seat_out_of_service_is_not_taken_and_a_seat_in_use_is_not_closed",
            f"{ACTIONS}seats.py::test_a_lapse_withdraws_the_offer_it_held",
        ),
    ),
}
