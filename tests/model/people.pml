/* What phones and consoles do. */

/* --- Phones ------------------------------------------------------------------------------ */

/* What a phone does touches no room but its own. */
#define OTHER_ROOM(c) (CALLS > 1 -> call[LAST - c].hosts * 8 + call[LAST - c].seconds : 0)
inline evicts_nobody(c)
{
    if
    :: j != OTHER_ROOM(c) -> assert(a_caller_evicts_nobody)
    :: else
    fi;
    j = 0
}

/* = dispatch/actions/tap.py: TapBatch */
inline tap(c)
{
    if
    :: BUG == CALLER_COMES_IN && CALLS > 1 && (call[LAST - c].hosts & ON(0)) ->
        call[LAST - c].hosts = 0;
        call[LAST - c].state = waiting;
        connect(c, 0)
    :: else -> call[c].state = waiting
    fi
}

proctype Phone(byte c)
{
end:
    do
    :: d_step { call[c].state == untapped -> j = OTHER_ROOM(c); tap(c); evicts_nobody(c) }
    /* = dispatch/actions/calls.py: hang_up */
    /* = dispatch/actions/guests.py: end_lost */
    :: d_step { call[c].state != untapped && call[c].state != ended ->
        j = OTHER_ROOM(c); end_it(c); evicts_nobody(c) }
#ifdef LIVE
    :: j == 0   /* a person need not do anything, however fair time is */
#endif
    od
}

/* --- Consoles ------------------------------------------------------------------------------ */

/* A window acts with the epoch it believes to hold; the lock is where it is compared. */
/* = dispatch/actions/holding.py: locked_seat */
#define IS_NEWEST(s, e) (seat[s].staffed && seat[s].epoch == e)
#define MAY_ACT(s, e) (console[s * 2 + e - 1] && !dead[s] && \
    (IS_NEWEST(s, e) || BUG == EPOCH_NOT_COMPARED))
inline fenced(s, e)
{
    if
    :: !IS_NEWEST(s, e) -> assert(an_old_epoch_never_acts)
    :: else
    fi
}

/* Sitting down, going on at another computer, relieving a colleague: the next epoch. */
/* = dispatch/actions/seats.py: take_seat */
inline take_seat(s, e)
{
    seat[s].staffed = 1;
    seat[s].epoch = e;
    console[s * 2 + e - 1] = 1;
    renew(s)
}

/* A sign of life: what the sweeper saw is not so any more. */
/* = dispatch/leases.py: renew */
inline renew(s)
{
    if
    :: due == lapse && due_seat == s -> due = nothing; due_seat = 0; due_call = 0
    :: else
    fi
}

/* = dispatch/actions/seats.py: leave_seat */
inline leave_seat(s)
{
    seat[s].staffed = 0;
    seat[s].rests = 0
}

/* Host the call; come into its room; or take it over. */
/* = dispatch/actions/calls.py: accept_offer */
inline accept_offer(c, s)
{
    if
    :: (call[c].offers & ON(s)) || (BUG == OFFER_NOT_CHECKED && call[c].state != ended && !(ASKS(c) & ON(s))) ->
        settle_offer(c, s);
        connect(c, s)
    :: call[c].invites & ON(s) ->
        settle_offer(c, s);
        call[c].seconds = call[c].seconds | ON(s);
        becomes(s, on_call)
    :: call[c].transfers & ON(s) ->
        settle_offer(c, s);
        change_host(c, s)
    :: else     /* the offer is gone, and the console is told who has the call */
    fi
}

/* A call from the line goes back to its old place; else its host simply keeps it. */
inline give_back(c, s)
{
    if
    :: call[c].offers & ON(s) -> settle_offer(c, s); free(s); return_to_line(c)
    :: else -> settle_offer(c, s); free(s)
    fi
}

inline refuses(c, s)
{
    if
#ifdef LIVE
    :: BUG != REFUSAL_FORGOTTEN -> seat[s].refused = seat[s].refused | ON(c)
#endif
    :: else
    fi
}

/* = dispatch/actions/calls.py: decline_offer */
inline decline_offer(c, s) { refuses(c, s); give_back(c, s) }

/* = dispatch/actions/calls.py: take_call */
inline take_call(c, s) { connect(c, s) }

/* = dispatch/actions/invitations.py: invite_seat */
inline invite_seat(c, s)
{
    call[c].invites = call[c].invites | ON(s);
    becomes(s, asked)
}

/* The call stays connected with its host until the other seat accepts. */
/* = dispatch/actions/transfers.py: transfer_call */
inline transfer_call(c, s)
{
    call[c].transfers = call[c].transfers | ON(s);
    becomes(s, asked)
}

/* = dispatch/actions/transfers.py: hand_over */
inline hand_over(c, to) { change_host(c, to) }

/* = dispatch/actions/parties.py: leave_room */
inline leave_room(c, s)
{
    call[c].seconds = call[c].seconds & ~ON(s);
    free(s)
}

/* = dispatch/actions/transfers.py: take_over_call */
inline take_over_call(c, s) { change_host(c, s) }

#define ACT(s, e, condition) MAY_ACT(s, e) && (condition) -> fenced(s, e)

proctype Console(byte s; byte e)
{
    byte c, to;
end:
    do
    :: d_step { !console[s * 2 + e - 1] && seat[s].epoch == e - 1 && !dead[s] -> take_seat(s, e) }
    :: d_step { console[s * 2 + e - 1] && IS_NEWEST(s, e) && due == lapse && due_seat == s && !dead[s] -> renew(s) }
    /* It tries, is refused with epoch_stale, and knows. */
    :: d_step { console[s * 2 + e - 1] && !IS_NEWEST(s, e) && BUG != EPOCH_NOT_COMPARED -> console[s * 2 + e - 1] = 0 }
    :: d_step { ACT(s, e, IS_FREE(s)); leave_seat(s); console[s * 2 + e - 1] = 0 }
    :: d_step { ACT(s, e, IS_ASKED(s)); c = CALL_IN(ASKS(0), s); accept_offer(c, s); c = 0 }
    :: d_step { ACT(s, e, IS_ASKED(s)); c = CALL_IN(ASKS(0), s); decline_offer(c, s); c = 0 }
    :: d_step { ACT(s, e, IS_FREE(s) && call[0].state == waiting); take_call(0, s) }
    :: d_step { ACT(s, e, IS_FREE(s) && call[LAST].state == waiting && CALLS > 1); take_call(LAST, s) }
    /* = dispatch/actions/calls.py: end_call */
    :: d_step { ACT(s, e, HOSTS(s)); c = CALL_IN(call[0].hosts, s); end_it(c); c = 0 }
    /* = dispatch/actions/seats.py: finish_wrap_up */
    :: d_step { ACT(s, e, seat[s].activity == wrap_up); free(s) }
#ifdef LIVE
    :: d_step { console[s * 2 + e - 1] && IS_NEWEST(s, e) && !dead[s] -> dead[s] = 1 }
    :: j == 0   /* nor need whoever sits there */
#else
    /* An offer is shown now and accepted later, when it may be gone. */
    :: d_step { s == 0 && shown == 0 && IS_ASKED(0) && console[e - 1] -> shown = 1 + CALL_IN(ASKS(0), 0) }
    :: d_step { s == 0 && MAY_ACT(0, e) && shown != 0 ->
        fenced(0, e);
        c = shown - 1;
        accept_offer(c, 0);
        c = 0;
        shown = 0 }
    :: d_step { ACT(s, e, IS_SECOND(s)); c = CALL_IN(call[0].seconds, s); leave_room(c, s); c = 0 }
    :: atomic { ACT(s, e, HOSTS(s)); c = CALL_IN(call[0].hosts, s);
        select(to : 0 .. SEATS - 1);
        if
        :: IS_FREE(to) -> invite_seat(c, to)
        :: IS_FREE(to) && call[c].transfers == 0 -> transfer_call(c, to)
        :: call[c].seconds & ON(to) -> hand_over(c, to)
        /* = dispatch/actions/parties.py: remove_participant */
        :: call[c].seconds & ON(to) -> leave_room(c, to)
        /* = dispatch/actions/invitations.py: withdraw_invitation */
        :: ASKS(c) & ON(to) -> settle_offer(c, to); free(to)
        :: else
        fi;
        c = 0;
        to = 0 }
    :: d_step { ACT(s, e, call[0].state == connected && (IS_FREE(s) || (call[0].seconds & ON(s)))); take_over_call(0, s) }
    :: d_step { ACT(s, e, CALLS > 1 && call[LAST].state == connected && (IS_FREE(s) || (call[LAST].seconds & ON(s)))); take_over_call(LAST, s) }
#endif
    od
}
