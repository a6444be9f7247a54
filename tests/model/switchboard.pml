/*
 * The line, offers, rooms, leases and epochs: as small as they can be and still go wrong.
 *
 * One `inline` is one verb of the code; "= file: function" above it names it, and a test
 * checks that the name is there. What is one transaction is one step (`d_step`). What is
 * none is several: the matcher looks and then assigns, the sweeper looks and then acts, a
 * console accepts an offer that it was shown earlier. Between two steps anything may
 * happen, also a restart of the web process: its loops forget what they saw.
 *
 * Time is a choice: any deadline may pass at any moment. A console that died is one that
 * does nothing more. A seat that is staffed is ready.
 *
 * The unique indexes are NOT in here: the verbs alone must keep the laws, the indexes are
 * the net under them.
 *
 * BUG seeds one fault (README.md); 0 is the model as it should be. LIVE leaves out what
 * only matters for safety, and adds fair clocks, so that "in the end" means something.
 */

#ifndef CALLS
#define CALLS 2
#endif
#ifndef SEATS
#define SEATS 2
#endif
#ifndef BUG
#define BUG 0
#endif

#define SEAT_NOT_LOOKED_AT_AGAIN 1 /* assign() trusts what the matcher saw */
#define EPOCH_NOT_COMPARED 2       /* a console of an older shift may act */
#define CALL_NOT_LOCKED 3          /* drop_seats() leaves a call behind that came since */
#define TWO_TRANSACTIONS 4         /* a transfer opens the new place, then closes the old */
#define TIMER_WITHOUT_VERSION 5    /* a deadline acts on whatever is there by now */
#define CALLER_COMES_IN 6          /* a tap lands at a seat that talks with another caller */
#define OFFER_NOT_CHECKED 7        /* accept_offer() believes the console */
#define SECOND_LEFT_BEHIND 8       /* a lapse returns the call, its second seat stays */
#define MISS_WITHOUT_END 9         /* a seat that missed an offer gets none ever again */
#define REFUSAL_FORGOTTEN 10       /* a declined call is offered to the same seat at once */

#define ON(s) (1 << (s))

mtype = { untapped, waiting, offered, connected, ended };   /* what a call is */
mtype = { idle, asked, on_call, wrap_up };                  /* what a seat does */
mtype = { nothing, deadline, old_deadline, lapse };         /* what the sweeper saw */

typedef Call {
    mtype state = untapped;
    byte hosts;      /* seats in its room as host: a set, so that two can be seen */
    byte seconds;    /* seats in its room by invitation */
    byte offers;     /* seats with an open offer: to answer it, */
    byte invites;    /* to come in, */
    byte transfers   /* to take it over */
}

typedef Seat {
    mtype activity = idle;
    bit staffed;         /* a shift is open */
    unsigned epoch : 2;
    bit rests;           /* after a miss */
    byte refused         /* calls it declined or missed a moment ago */
}

Call call[CALLS];
Seat seat[SEATS];
bit console[SEATS * 2];      /* somewhere a window believes to hold epoch 1, epoch 2 */
unsigned shown : 2;          /* 1 + the call whose offer a window of seat 0 was shown */
bit restarted;
bit dead[SEATS];             /* LIVE: no window of the seat does anything any more */

unsigned pair_call : 2;      /* what the matcher saw: 1 + call, 1 + seat */
unsigned pair_seat : 2;
mtype due = nothing;         /* what the sweeper saw, at which seat, with which call */
unsigned due_seat : 2;
unsigned due_call : 2;
unsigned second_step : 2;    /* TWO_TRANSACTIONS: 1 + the seat whose place is still open */

byte j, k;                   /* loops inside one step; 0 in between */

/* --- Questions --------------------------------------------------------------------- */

#define LAST (CALLS - 1)
#define ROOM(c) (call[c].hosts | call[c].seconds)
#define ASKS(c) (call[c].offers | call[c].invites | call[c].transfers)
#define IN_A_ROOM(s) ((ROOM(0) | ROOM(LAST)) & ON(s))
#define IS_ASKED(s) ((ASKS(0) | ASKS(LAST)) & ON(s))
#define HOSTS(s) ((call[0].hosts | call[LAST].hosts) & ON(s))
#define IS_SECOND(s) ((call[0].seconds | call[LAST].seconds) & ON(s))
#define CALL_IN(set_0, s) (((set_0) & ON(s)) -> 0 : LAST)
#define SINGLE(set) (((set) & ((set) - 1)) == 0)
/* = dispatch/actions/assigning.py: is_free */
#define IS_FREE(s) (seat[s].staffed && seat[s].activity == idle && \
    !IS_ASKED(s) && !IN_A_ROOM(s))
#define COULD(c, s) (call[c].state == waiting && IS_FREE(s) && !seat[s].rests && \
    !(seat[s].refused & ON(c)))
#define SOME_PAIR (COULD(0, 0) || COULD(0, 1) || COULD(LAST, 0) || COULD(LAST, 1))

#include "rooms.pml"
#include "people.pml"
#include "loops.pml"

init {
    atomic {
        run Phone(0);
        run Console(0, 1);
        run Console(1, 1);
#if CALLS > 1
        run Phone(1);
#endif
#if SEATS > 2
        run Console(2, 1);
#endif
#ifdef LIVE
        run Clock(0);
        run Clock(1);
        run LeaseClock(0);
        run LeaseClock(1);
        run RestClock(0);
        run RestClock(1)
#else
        run Console(0, 2)
#endif
    }
}
