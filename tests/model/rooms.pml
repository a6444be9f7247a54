/* Who is in which room: the verbs that all share, and the laws. */

/* --- What all verbs share ------------------------------------------------------------ */

inline becomes(s, what)
{
    seat[s].activity = what;
    if
    :: due == deadline && due_seat == s -> due = old_deadline
    :: else
    fi
}

/* = dispatch/actions/at_seats.py: free */
inline free(s) { becomes(s, idle) }

/* = dispatch/actions/in_rooms.py: settle_offer */
inline settle_offer(c, s)
{
    call[c].offers = call[c].offers & ~ON(s);
    call[c].invites = call[c].invites & ~ON(s);
    call[c].transfers = call[c].transfers & ~ON(s)
}

/* All leave, and nobody is asked any longer. */
/* = dispatch/actions/in_rooms.py: empty_room */
inline empty_room(c)
{
    for (k : 0 .. SEATS - 1) {
        if
        :: ASKS(c) & ON(k) -> settle_offer(c, k); free(k)
        :: call[c].seconds & ON(k) -> free(k)
        :: else
        fi
    }
    k = 0;
    call[c].seconds = 0
}

/* = dispatch/actions/switchboard.py: connect */
inline connect(c, s)
{
    call[c].hosts = call[c].hosts | ON(s);
    call[c].state = connected;
    becomes(s, on_call)
}

/* = dispatch/actions/switchboard.py: return_to_line */
inline return_to_line(c)
{
    call[c].hosts = 0;
    call[c].state = waiting;
    if
    :: BUG != SECOND_LEFT_BEHIND -> empty_room(c)
    :: else
    fi
}

inline host_wraps_up(c)
{
    for (k : 0 .. SEATS - 1) {
        if
        :: call[c].hosts & ON(k) -> becomes(k, wrap_up)
        :: else
        fi
    }
    k = 0;
    call[c].hosts = 0
}

/* = dispatch/actions/switchboard.py: end */
inline end_it(c)
{
    host_wraps_up(c);
    empty_room(c);
    call[c].state = ended
}

/* The former place is closed before the new one is opened, in one transaction; who was
   asked to take the call over by the former host is asked no more. */
/* = dispatch/actions/in_rooms.py: change_host */
inline change_host(c, to)
{
    for (k : 0 .. SEATS - 1) {
        if
        :: call[c].transfers & ON(k) -> settle_offer(c, k); free(k)
        :: else
        fi
    }
    k = 0;
    if
    :: BUG == TWO_TRANSACTIONS -> second_step = (call[c].hosts & 1 -> 1 : 2)
    :: else -> host_wraps_up(c)
    fi;
    call[c].seconds = call[c].seconds & ~ON(to);
    connect(c, to)
}

/* --- The laws --------------------------------------------------------------------------
 *
 * Each is a name that is never true; a counter-example asserts it.
 */

bit one_host_a_call, one_room_a_seat, one_offer_a_seat, no_orphan, a_seat_does_what_it_says;
bit an_old_epoch_never_acts, a_caller_evicts_nobody, a_timer_acts_on_what_it_was_set_for;

#define STAFFED(set) ((!((set) & 1) || seat[0].staffed) && \
    (!((set) & 2) || seat[1].staffed) && (!((set) & 4) || seat[SEATS - 1].staffed))
#define TWO_HOSTS(c) (!SINGLE(call[c].hosts) || !SINGLE(call[c].offers | call[c].transfers))
#define TWO_ROOMS(s) (((ROOM(0) & ROOM(1 % CALLS) & ON(s)) && CALLS > 1) || \
    (call[0].hosts & call[0].seconds & ON(s)))
#define TWO_OFFERS(s) ((CALLS > 1 && (ASKS(0) & ASKS(LAST) & ON(s))) || \
    (IS_ASKED(s) && IN_A_ROOM(s)))
/* Waiting; or offered, with a deadline at a seat that is staffed; or connected, with a
   host whose shift is open (its lease runs, or the sweeper is about to see that it does
   not). Nobody is in the room, or asked into it, of a call that is not connected. */
#define ORPHAN(c) ( \
    (call[c].state == waiting && (ROOM(c) | ASKS(c))) || \
    (call[c].state == offered && (!call[c].offers || ROOM(c) || !STAFFED(call[c].offers))) || \
    (call[c].state == connected && (!call[c].hosts || !STAFFED(ROOM(c) | ASKS(c)))) || \
    (call[c].state == ended && (ROOM(c) | ASKS(c))))
#define MISFIT(s) ( \
    ((seat[s].activity == asked) != (IS_ASKED(s) != 0)) || \
    ((seat[s].activity == on_call) != (IN_A_ROOM(s) != 0)) || \
    (!seat[s].staffed && seat[s].activity != idle))

active proctype Laws()
{
end:
    do
    :: d_step { TWO_HOSTS(0) || TWO_HOSTS(LAST) -> assert(one_host_a_call) }
    :: d_step { TWO_ROOMS(0) || TWO_ROOMS(1) || TWO_ROOMS(SEATS - 1) -> assert(one_room_a_seat) }
    :: d_step { TWO_OFFERS(0) || TWO_OFFERS(1) || TWO_OFFERS(SEATS - 1) -> assert(one_offer_a_seat) }
    :: d_step { ORPHAN(0) || ORPHAN(LAST) -> assert(no_orphan) }
    :: d_step { MISFIT(0) || MISFIT(1) || MISFIT(SEATS - 1) -> assert(a_seat_does_what_it_says) }
    od
}
