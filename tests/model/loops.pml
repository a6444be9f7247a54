/* What the web process does by itself, and its death; with LIVE, time that is fair. */

/* --- The loops -------------------------------------------------------------------------------- */

/* = dispatch/actions/assigning.py: assign */
inline assign(c, s)
{
    if
    :: call[c].state == waiting && (IS_FREE(s) || (BUG == SEAT_NOT_LOOKED_AT_AGAIN && seat[s].staffed)) ->
        call[c].offers = ON(s);
        call[c].state = offered;
        becomes(s, asked)
    :: else     /* one of them moved on since it looked */
    fi
}

/* The oldest call first, to any seat that may have it. */
#define LOOK(c, s) pair_call == 0 && COULD(c, s) && \
    (c == 0 || !COULD(0, s) || COULD(0, 1 - s)) -> pair_call = c + 1; pair_seat = s + 1

/* = dispatch/loops/matcher.py: match */
active proctype Matcher()
{
end:
    do
    :: d_step { LOOK(0, 0) }
    :: d_step { LOOK(0, 1) }
#if CALLS > 1
    :: d_step { LOOK(1, 0) }
    :: d_step { LOOK(1, 1) }
#endif
#if SEATS > 2
    :: d_step { pair_call == 0 && COULD(0, 2) -> pair_call = 1; pair_seat = 3 }
#endif
    :: d_step { pair_call != 0 -> assign(pair_call - 1, pair_seat - 1); pair_call = 0; pair_seat = 0 }
    od
}

/* = dispatch/leases.py: _withdraw_offers */
inline withdraw_offer(s)
{
    j = CALL_IN(ASKS(0), s);
    refuses(j, s);
#ifdef LIVE
    seat[s].rests = 1;
#endif
    give_back(j, s);
    j = 0
}

/* The second seat goes on as host; without one the call returns to the line. */
/* = dispatch/actions/dropping.py: drop */
inline drop(s, looked)
{
    for (j : 0 .. CALLS - 1) {
        if
        :: ASKS(j) & ON(s) -> give_back(j, s)
        :: else
        fi;
        call[j].seconds = call[j].seconds & ~ON(s);
        if
        :: !(call[j].hosts & ON(s)) || (looked != j + 1 && BUG == CALL_NOT_LOCKED)
        :: else ->
            if
            :: call[j].seconds == 0 || BUG == SECOND_LEFT_BEHIND -> return_to_line(j)
            :: else ->
                if
                :: call[j].seconds & 1 -> change_host(j, 0)
                :: !(call[j].seconds & 1) && (call[j].seconds & 2) -> change_host(j, 1)
                :: else -> change_host(j, SEATS - 1)
                fi
            fi
        fi
    }
    j = 0;
    becomes(s, idle);
    seat[s].staffed = 0;
    seat[s].rests = 0
}

/* A call that came to the seat after the sweeper looked is not among its locked rows:
   the seat is left for the next sweep. */
#define CALL_AT(s) (((call[0].hosts | ASKS(0)) & ON(s)) -> 1 : \
    ((CALLS > 1 && ((call[LAST].hosts | ASKS(LAST)) & ON(s))) -> 2 : 0))

#ifndef LIVE
#define SEES_DEADLINE(s) due == nothing && \
    (seat[s].activity == asked || seat[s].activity == wrap_up) -> due = deadline; due_seat = s
#define SEES_LAPSE(s) due == nothing && seat[s].staffed -> \
    due = lapse; due_seat = s; due_call = CALL_AT(s)

/* = dispatch/leases.py: sweep */
active proctype Sweeper()
{
end:
    do
    :: d_step { SEES_DEADLINE(0) }
    :: d_step { SEES_DEADLINE(1) }
    /* = dispatch/actions/dropping.py: drop_seats */
    :: d_step { SEES_LAPSE(0) }
    :: d_step { SEES_LAPSE(1) }
#if SEATS > 2
    :: d_step { SEES_DEADLINE(2) }
    :: d_step { SEES_LAPSE(2) }
#endif
    :: d_step { due != nothing ->
        if
        :: due == deadline && seat[due_seat].activity == asked -> due = nothing; withdraw_offer(due_seat)
        /* = dispatch/leases.py: _finish_wrap_ups */
        :: due == deadline && seat[due_seat].activity == wrap_up -> due = nothing; free(due_seat)
        :: due == old_deadline && BUG == TIMER_WITHOUT_VERSION && seat[due_seat].activity == asked ->
            withdraw_offer(due_seat);
            assert(a_timer_acts_on_what_it_was_set_for)
        :: due == lapse && (due_call == CALL_AT(due_seat) || CALL_AT(due_seat) == 0 || BUG == CALL_NOT_LOCKED) ->
            drop(due_seat, due_call)
        :: else     /* looked at again under the lock: it is not so any more */
        fi;
        due = nothing;
        due_seat = 0;
        due_call = 0 }
    :: d_step { second_step != 0 ->
        call[0].hosts = call[0].hosts & ~ON(second_step - 1);
        call[LAST].hosts = call[LAST].hosts & ~ON(second_step - 1);
        becomes(second_step - 1, wrap_up);
        second_step = 0 }
    od
}

/* The web process dies and starts again: all leases and offers get their grace. */
/* = dispatch/leases.py: begin_process */
active proctype Restart()
{
end:
    do
    :: d_step { !restarted ->
        restarted = 1;
        pair_call = 0;
        pair_seat = 0;
        due = nothing;
        due_seat = 0;
        due_call = 0;
        second_step = 0 }
    od
}
#else

/* Time that is fair: each deadline passes in the end. A process each, as fairness is
   promised to processes and not to their options. */
proctype Clock(byte s)
{
end:
    do
    :: d_step { seat[s].activity == asked -> withdraw_offer(s) }
    :: d_step { seat[s].activity == wrap_up -> free(s) }
    od
}

proctype LeaseClock(byte s)
{
end:
    do
    :: d_step { dead[s] && seat[s].staffed -> drop(s, CALL_AT(s)); dead[s] = 0 }
    od
}

/* A seat rests for 5 s after a miss, and is not asked for the same call for 15 s; both are
   longer than a turn of the matcher, so the latter ends when nothing is left to be done. */
proctype RestClock(byte s)
{
end:
    do
    :: d_step { seat[s].rests && BUG != MISS_WITHOUT_END -> seat[s].rests = 0 }
    :: d_step { !seat[s].rests && seat[s].refused && !SOME_PAIR && pair_call == 0 -> seat[s].refused = 0 }
    od
}

/* A caller who waits is offered to somebody, if a seat is free again and again. */
#define STARVES(c) ((<>[] (call[c].state == waiting)) && ([]<> (IS_FREE(0) || IS_FREE(1))))
ltl waiting_calls_are_offered { !STARVES(0) && !STARVES(LAST) }
/* Nobody is reserved, in wrap-up or held by a dead console for ever. */
ltl seats_move_on {
    !(<>[] (seat[0].activity == asked)) && !(<>[] (seat[1].activity == wrap_up)) &&
    !(<>[] (dead[0] && seat[0].staffed))
}
#endif
