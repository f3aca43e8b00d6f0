/*
 * The system calls: one table of operations for each kind of capability.
 *
 * One SYSCALL instruction enters the kernel:
 *
 *   rax = slot; rdi, rsi, rdx, r10, r8, r9 = six argument words
 *   back: rax = error (enum err, 0 = success); rdi, rsi, rdx = up to three result words
 *   kept: rbx, rbp, r12 to r15, rsp, the fs base. Everything else comes back cleared,
 *   vector registers too when the thread was elsewhere in between. The gs base is always 0.
 *
 * rax = 0 returns from an invocation: rdi, rsi, rdx go to the caller, which sees rax = 0.
 * A slot that holds a CAP_SINV is invoked (RIGHT_USE): all six words go to the server (see below).
 * For every other kind rdi is the operation and rsi, rdx, r10, r8, r9 are its arguments a1 to a5.
 *
 * Entering a server (sinv), and entering a component with a new thread:
 *   rip = the entry of the sinv (or the component's upcall entry)
 *   rax = badge (new thread: its argument), rbx = thread id, rdi..r9 = the six words (new thread: 0)
 *   rsp, fs base and every other register = 0, flags reset. The server takes a stack itself.
 *
 * All operations are non-blocking and bounded, except where the comment says "blocks". None changes anything
 * when it returns an error. Errors that every operation may return: EBADCAP, EDEADCAP, ENOSYS,
 * EACCES (right missing). A capability argument named in the invoker's own table is
 * called "own slot" here; it may return the same errors.
 * A new capability goes to an own slot, which must be empty (EEXIST) and exist (EBADCAP); it carries all rights.
 */
#ifndef ABI_OP_H
#define ABI_OP_H

/* CAP_CAPTBL */
enum captbl_op {
	/* Copies a capability from the invoker's own table into this one, or narrows within it.
	 * a1 = slot here, a2 = own slot, a3 = rights mask. RIGHT_MODIFY.
	 * EEXIST slot taken; EBADCAP source empty or slot outside. */
	CAPTBL_COPY   = 0,
	/* Empties a slot. a1 = slot here. RIGHT_MODIFY. EBADCAP if it is empty already. */
	CAPTBL_REMOVE = 1,
	/* Adds 128 slots. a1 = own slot of the CAP_FRAME, a2 = frame index in it (untyped),
	 * a3 = first slot, a multiple of 128 from 128 on. RIGHT_MODIFY. EEXIST; EFRAMETYPE; EINVAL. */
	CAPTBL_EXTEND = 2,
	/* What a slot holds. a1 = slot here. Result: kind, rights. RIGHT_READ. */
	CAPTBL_QUERY  = 3,
};

/* CAP_PGTBL. Addresses are of the user half, below 1 << 47. Levels: 1 = holds pages, 2, 3; 4 is the top. */
enum pgtbl_op {
	/* Adds a page table. a1 = own slot of the CAP_FRAME, a2 = frame index (untyped), a3 = address,
	 * a4 = its level, 1 to 3. RIGHT_MODIFY. EEXIST; EINVAL; ENOENT if the level above is missing; EFRAMETYPE. */
	PGTBL_ATTACH  = 0,
	/* Maps a page. a1 = own slot of the CAP_FRAME, a2 = frame index (type user, or device memory), a3 = page-aligned
	 * address, a4 = enum map_prot. RIGHT_MODIFY here, RIGHT_USE on the frame.
	 * ENOENT no table; EEXIST taken; EACCES W and X; EFRAMETYPE; EINVAL. */
	PGTBL_MAP     = 1,
	/* Unmaps up to 512 pages of one level-1 table. a1 = address, a2 = number of pages (1 to 512, not past the table).
	 * Result: number of pages that were mapped. RIGHT_MODIFY. ENOENT no table; EINVAL. */
	PGTBL_UNMAP   = 2,
	/* Changes the protection of one mapped page. a1 = address, a2 = enum map_prot. RIGHT_MODIFY. ENOENT; EACCES; EINVAL. */
	PGTBL_PROTECT = 3,
	/* Takes an empty page table out; its frame becomes untyped. a1 = address, a2 = level. RIGHT_MODIFY.
	 * ENOENT; EBUSY if an entry is in use; EINVAL. */
	PGTBL_DETACH  = 4,
	/* What is mapped. a1 = address. Result: frame number in the machine, enum map_prot. RIGHT_READ. ENOENT; EINVAL. */
	PGTBL_QUERY   = 5,
};

enum map_prot {
	MAP_READ     = 1,
	MAP_WRITE    = 2,
	MAP_EXEC     = 4,
	MAP_UNCACHED = 8, /* device memory is always mapped so */
};

/* CAP_COMP */
enum comp_op {
	/* Makes an entry point. a1 = own slot for the CAP_SINV, a2 = entry address, a3 = badge. RIGHT_CREATE.
	 * EINVAL if the address is not of the user half. */
	COMP_MAKE_SINV = 0,
	/* Names the end point that is told of this component's faults. a1 = own slot of a CAP_SND, 0 = that of the invoker's
	 * component: if it has none, as the trusted base, a fault ends the system; a2 = badge: what REG_COMP of a thread that
	 * faulted in it says. RIGHT_MODIFY. */
	COMP_SET_FAULT = 1,
	/* Marks it down and begins the next incarnation. Capabilities to it stay valid. RIGHT_MODIFY. EBUSY if down already. */
	COMP_DOWN      = 2,
	/* Marks it up again. RIGHT_MODIFY. EBUSY if up already. */
	COMP_UP        = 3,
	/* Result: incarnation (from 0), 1 if up else 0. RIGHT_READ. */
	COMP_QUERY     = 4,
};

/* CAP_THD */
enum thd_op {
	/* Switches to this thread; the invoking thread stays ready. a1 = own slot of the CAP_TCAP to run on, 0 = the one in
	 * use; a2 = priority, 0 (highest) to PRIO_LOWEST; a3 = absolute time-stamp at which the scheduler is activated, or
	 * CYCLES_INF; a4 = token: a number greater than that of every earlier dispatch under the same scheduler. RIGHT_USE.
	 * Blocks until this thread is dispatched again. EAGAIN stale token; EBUSY the scheduler has events pending and the
	 * invoker is not its thread; EINVAL no scheduler, or a bad priority; EPARKED; EEXPIRED; ECOMPDEAD no living component
	 * is left on the thread's invocation stack. */
	THD_DISPATCH = 0,
	/* Names the scheduler. a1 = own slot of a CAP_RCV (RIGHT_MODIFY): its events tell of this thread. RIGHT_MODIFY. */
	THD_BIND     = 1,
	/* Result: cycles it has run, enum thd_state, incarnation-checked number of open invocations. RIGHT_READ. */
	THD_QUERY    = 2,
	/* Result: a parked thread's enum fault_cause, fault address, instruction address. RIGHT_READ. EINVAL not parked. */
	THD_FAULT    = 3,
	/* Reads or writes a register of a parked thread. a1 = enum thd_reg (a2 = value). RIGHT_MODIFY. EINVAL not parked, no such
	 * register, or an instruction address outside the user half. Flags are sanitised. */
	THD_GET_REG  = 4,
	THD_SET_REG  = 5,
	/* Makes a parked thread ready; its scheduler gets EVENT_WOKEN. a1 = where it goes on, 0 = at what faulted. RIGHT_MODIFY.
	 * EINVAL not parked, or an address outside the user half. */
	THD_RESUME   = 6,
	/* A parked thread returns from where it faulted with ECOMPDEAD, and is ready. RIGHT_MODIFY. EINVAL not parked. */
	THD_ABORT    = 7,
};

enum thd_state {
	THD_READY   = 0, /* can be dispatched (or runs) */
	THD_WAITING = 1, /* in RCV_WAIT */
	THD_PARKED  = 2, /* faulted; waits for THD_RESUME or THD_ABORT */
	THD_DEAD    = 3, /* returned from its first component, or that component died */
};

enum { PRIO_LOWEST = 255 };

enum fault_cause {
	FAULT_PAGE    = 0, /* page fault; address = what was touched; bit 63..: see fault code in thd_reg REG_CODE */
	FAULT_DIVIDE  = 1,
	FAULT_OPCODE  = 2, /* invalid instruction */
	FAULT_GENERAL = 3, /* general protection, stack, alignment, privileged instruction, port I/O */
	FAULT_DEBUG   = 4, /* breakpoint, single step */
	FAULT_MATH    = 5, /* x87 or SIMD exception */
};

enum thd_reg {
	REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
	REG_RIP, REG_FLAGS, REG_FSBASE,
	REG_CODE, /* the processor's error code of the fault; read only */
	REG_COMP, /* the badge of the component that it faulted in; read only */
	REG_COUNT
};

/* CAP_TCAP */
enum tcap_op {
	/* Moves budget from this tcap. a1 = own slot of the receiving CAP_TCAP, a2 = cycles (CYCLES_INF from an infinite one
	 * makes the receiver infinite), a3 = priority the receiver has from now on (not better than this one's). RIGHT_CREATE
	 * here, RIGHT_MODIFY there. EEXPIRED not enough left; EINVAL. */
	TCAP_TRANSFER = 0,
	/* As TCAP_TRANSFER to the tcap of an end point, and sends to it. a1 = own slot of a CAP_SND, a2, a3 as above. */
	TCAP_DELEGATE = 1,
	/* Result: cycles left, priority. RIGHT_READ. */
	TCAP_QUERY    = 2,
};

/* CAP_RCV. The thread that an end point is bound to waits on it. An end point that threads name with THD_BIND
 * belongs to a scheduler. */
enum rcv_op {
	/* Takes what is pending: notifications first, then one event. a1 = enum wait_flag, a2 = absolute time-stamp at which
	 * to give up, or CYCLES_INF. Result: notifications since the last call; thread id | 1 << 32 if there is an event, else
	 * 0; for it: enum event bits | cycles run << 8. RIGHT_USE; only its own thread may (EPERM). Blocks unless WAIT_POLL.
	 * EAGAIN nothing pending (WAIT_POLL); ETIMEDOUT. Only a root scheduler may give a timeout (else EINVAL): time-outs of
	 * all other threads are its business. A root scheduler that is dispatched while it waits comes back with nothing: no
	 * notification, no event. */
	RCV_WAIT     = 0,
	/* Makes a sending side. a1 = own slot for the CAP_SND. RIGHT_CREATE. */
	RCV_MAKE_SND = 1,
	/* Result: cycles this processor has been idle since boot, number of pending notifications. RIGHT_READ. */
	RCV_QUERY    = 2,
};

enum wait_flag { WAIT_POLL = 1 };

/* Events of threads, told to their scheduler; EVENT_FAULT to the component's fault end point. What comes to nothing is not
 * told: that a notified thread ran at once and waits again, and that the thread it interrupted was parked meanwhile. */
enum event {
	EVENT_BLOCKED = 1,  /* waits in RCV_WAIT, or parked by a fault */
	EVENT_WOKEN   = 2,  /* has become ready: notification arrived, wait timed out, or resumed */
	EVENT_EXPIRED = 4,  /* its tcap ran out */
	EVENT_TIMEOUT = 8,  /* the timeout of its dispatch passed */
	EVENT_FAULT   = 16,
	EVENT_DEAD    = 32, /* see THD_DEAD */
};

/* CAP_SND */
enum snd_op {
	/* Notifies. The receiver runs at once if it waits and its tcap has budget and a priority
	 * better than the running one's; the sender then stays ready. RIGHT_USE. */
	SND_SEND = 0,
};

/* CAP_IRQ. Lines are counted within the capability. A line is masked when it fires, until IRQ_ACK. */
enum irq_op {
	/* a1 = line, a2 = own slot of a CAP_SND to notify. RIGHT_USE. EINVAL; EBUSY attached. */
	IRQ_ATTACH = 0,
	IRQ_DETACH = 1, /* a1 = line */
	IRQ_ACK    = 2, /* a1 = line: unmask it */
	IRQ_DERIVE = 3, /* as FRAME_DERIVE */
};

/* CAP_IOPORT. Ports are counted within the capability. */
enum ioport_op {
	IOPORT_IN  = 0, /* a1 = port, a2 = width in bytes (1, 2, 4). Result: value. RIGHT_USE. EINVAL. */
	IOPORT_OUT = 1, /* a1 = port, a2 = width, a3 = value */
	IOPORT_DERIVE = 3, /* as FRAME_DERIVE */
};

/* CAP_FRAME: a range of frames; an index counts from the range's first. Whoever holds it owns whatever is in these frames. */
enum frame_op {
	/* A capability to a part. a1 = own slot for it, a2 = first index, a3 = number, a4 = rights mask. RIGHT_CREATE. EINVAL. */
	FRAME_DERIVE   = 3,
	/* Untyped frame becomes user memory, zeroed. a1 = index. RIGHT_CREATE. EFRAMETYPE; EINVAL. */
	FRAME_TO_USER  = 4,
	/* Whatever it is becomes untyped again; every capability to a kernel object in it is dead at once. a1 = index.
	 * RIGHT_CREATE. EBUSY mapped, attached to a page table (see PGTBL_DETACH), current, a table with entries that count
	 * (pages, tables, further frames), or in use by another object; EFRAMETYPE untyped already, reserved or device. A
	 * further frame of a captbl leaves its table. */
	FRAME_RECLAIM  = 5,
	/* a1 = index. Result: enum frame_type | cap_kind << 8, reference count, epoch. RIGHT_READ. */
	FRAME_QUERY    = 6,
	/* Frames of the machine by type. Result: untyped, user, kernel objects. RIGHT_READ. */
	FRAME_COUNTS   = 7,

	/* Each makes a kernel object out of untyped frame a1 and puts a capability with all rights in own slot a2. RIGHT_CREATE.
	 * EFRAMETYPE; EINVAL; EEXIST. */
	FRAME_MAKE_CAPTBL = 8,
	FRAME_MAKE_PGTBL  = 9,
	FRAME_MAKE_COMP   = 10, /* a3, a4 = own slots of captbl and pgtbl, a5 = entry. Up, with its maker's fault end point. */
	FRAME_MAKE_THD    = 11, /* a3 = own slot of the component (RIGHT_CREATE), a4 = id, a5 = argument. Runs after THD_BIND. */
	FRAME_MAKE_TCAP   = 12, /* a3 = priority. No budget. */
	/* a3, a4 = own slots of the thread and the tcap it runs on when notified; a5 = 1: a root scheduler: when it waits, the
	 * processor idles. EBUSY the thread has one; EPERM root, by a component with a fault end point. */
	FRAME_MAKE_RCV    = 13,
};

enum frame_type {
	FRAME_RESERVED = 0, /* the kernel's own, or the machine's, for ever */
	FRAME_UNTYPED  = 1,
	FRAME_USER     = 2,
	FRAME_KERNEL   = 3, /* one kernel object; for a table below the top, kind is that of its top */
	FRAME_DEVICE   = 4, /* not RAM: can only be mapped, uncached */
	FRAME_TYPES    = 5,
};

#endif
