/**
 * Where the simulator kernel finds its inputs: positions in the table at the start of its memory.
 * The TypeScript that fills the table and the AssemblyScript that reads it share this file, so it
 * may hold nothing but numbers.
 */

/** Address of the table. */
export const TABLE = 64;

// 32-bit integers, and addresses of arrays, at TABLE + 4 x position.

// -- Sizes.
export const OP_COUNT = 0;
export const DEVICE_COUNT = 1;
export const LINK_COUNT = 2;
export const ROOT_COUNT = 3;
/** Columns of RUN_US. */
export const RUN_COLUMN_COUNT = 4;
/** Columns of SLOT_US: distinct speeds of links. */
export const SPEED_COUNT = 5;
/** Groups of 64 event sources. */
export const GROUP_COUNT = 6;
/** Length of SENT_BY. */
export const SENT_BY_COUNT = 7;

// -- Switches of the fidelity.
/** Whom one transfer serves: 0 all remote devices, 1 one device, 2 one consumer. */
export const MULTICAST = 8;
/**
 * 1 where a transfer holds all links of its route at once, 0 where it crosses one after the other.
 */
export const CUT_THROUGH = 9;
/**
 * What a busy link does: 0 carries any number at full speed, 1 makes them wait, 2 shares its speed.
 */
export const CONTENTION = 10;
/** 1 where transfers and ops of a device exclude each other. */
export const BLOCKING = 11;
/** 1 where the step ends with the last event, 0 where it ends with the last op. */
export const LAST_EVENT = 12;
/** 1 where a free device takes the ready op of lowest rank, if there are ranks (in ORDER_NEXT). */
export const READY_DISPATCH = 13;
/** 1 where the declared order of dependencies is also their release order. */
export const SAME_ORDER = 14;

// -- Ops, devices and dependencies.
/** Run time by op and column. Devices on which every op takes the same time share a column. */
export const RUN_US = 15;
/** Column of RUN_US of each device. */
export const RUN_COLUMN = 16;
/** How many dependencies each op waits for. */
export const WAITS_FOR = 17;
/** Ops without dependencies. */
export const ROOTS = 18;
export const DEP_START = 19;
/** Pairs of consumer and slot, by producer, as declared. Slot -1 needs no transfer. */
export const DEP = 20;
/** The same pairs by consumer rank. */
export const RELEASE = 21;
/** Places of simultaneous events: by op, by link and by device. */
export const OP_ORDER = 22;
export const LINK_ORDER = 23;
export const DEVICE_ORDER = 24;

// -- Tensors (slots), links and routes.
export const SLOT_PRODUCER = 25;
/** Index of a slot among the slots of its producer. */
export const SLOT_LOCAL = 26;
export const SLOT_BYTES = 27;
/** Time on a link by slot and by the link's speed. */
export const SLOT_US = 28;
/** Column of SLOT_US of each link. */
export const LINK_SPEED = 29;
export const LATENCY_US = 30;
export const LINK_BYTES_PER_US = 31;
export const ROUTE_START = 32;
export const ROUTE_LINK = 33;

// -- Ops of a run.
export const START_US = 34;
export const END_US = 35;
/** How many things each op still waits for. */
export const PENDING = 36;
/** The op behind each op in the queue of its device. */
export const OP_NEXT = 37;
/**
 * Which op follows each op on its device, -1 for none, or the rank of each op. Only runs by
 * priorities read it.
 */
export const ORDER_NEXT = 38;
/** The ready ops of each device, as heaps. */
export const READY_HEAD = 39;
export const READY_CHILD = 40;

// -- Transfers of a run. A transfer has the number of the first dependency, as declared, that it
// serves.
export const TRANSFER_SLOT = 41;
export const TRANSFER_TO = 42;
export const TRANSFER_HOP = 43;
/** The transfer behind each transfer on its link. */
export const TRANSFER_NEXT = 44;
export const TRANSFER_START_US = 45;
export const TRANSFER_ARRIVE_US = 46;
export const TRANSFER_LEFT_US = 47;
/** Which op last sent this slot to this device, by local slot and device. */
export const SENT_BY = 48;

// -- Transfers in the plan's order.
/** Links of the longest route, 0 where transfers are first come, first served. */
export const ROUTE_WIDTH = 49;
/** How many things each transfer still waits for. */
export const TRANSFER_WAITS = 50;
/** The transfer behind each transfer on each link of its route, -1 for none. */
export const TRANSFER_FOLLOWERS = 51;
/** Working memory of the order. */
export const TRANSFER_STACK = 52;

// -- Transfers that share the speed of links.
/** The transfers under way, the bytes that each has left, and its rate. */
export const FLOW = 53;
export const FLOW_BYTES = 54;
export const FLOW_RATE = 55;
/** Working memory: the speed that each link has left, and its transfers without a rate. */
export const LINK_LEFT = 56;
export const LINK_FLOWS = 57;

// -- Servers and events of a run: one block that recorded states copy, from DEVICE_FREE_US to
// GROUP_US.
export const DEVICE_FREE_US = 58;
export const LINK_FREE_US = 59;
export const RUNNING_HEAD = 60;
export const RUNNING_TAIL = 61;
export const FLYING_HEAD = 62;
export const FLYING_TAIL = 63;
export const EVENT_US = 64;
export const GROUP_US = 65;
/** Bytes of the block. */
export const STATE_BYTES = 66;

// -- Working memory of simultaneous events.
export const TOGETHER = 67;
export const DELIVERING = 68;

// -- Recorded states: copies of the block and of the packed PENDING.
export const SNAPSHOTS = 69;
/** How many copies there is memory for. */
export const SNAPSHOT_CAPACITY = 70;
/** Bytes of one copy. */
export const SNAPSHOT_BYTES = 71;
/** Bytes that PENDING takes in a copy for each op. */
export const PACKED_WIDTH = 72;
export const SNAPSHOT_US = 73;
export const SNAPSHOT_LATEST_US = 74;

// -- The recorded run, as it ended.
export const BASE_START_US = 75;
export const BASE_END_US = 76;
export const BASE_OP_NEXT = 77;
export const BASE_TRANSFER_NEXT = 78;
export const BASE_TRANSFER_START_US = 79;
export const BASE_TRANSFER_ARRIVE_US = 80;

// -- A rerun with some ops moved.
/** The moved ops. */
export const MOVED = 81;
/** When the move can first matter, and when again, ascending. */
export const EFFECT_US = 82;
/** NEED_US[NEED_START[i] ..] are the arrivals of what the i-th moved op waits for. */
export const NEED_START = 83;
/** Arrivals in a rerun, as far as it goes as recorded. */
export const NEED_US = 84;
/** PENDING of the moved ops, kept while states are compared. */
export const MOVED_PENDING = 85;

// -- A log of hops.
/** Transfer and link of each hop; 0 in the table where nothing is logged. */
export const HOP_LOG = 86;
/** Start, last byte sent and arrival of each hop. */
export const HOP_LOG_US = 87;

// -- A batch of placements and their makespans, known to the caller alone.
export const PLACEMENTS = 88;
export const MAKESPANS = 89;

// -- 64-bit floats at FLOATS + 8 x position.
export const FLOATS = 448;
export const OP_GAP_US = 0;
export const TRANSFER_GAP_US = 1;
export const FIRST_US = 2;

/** First address after the table. */
export const HEAP = 480;
