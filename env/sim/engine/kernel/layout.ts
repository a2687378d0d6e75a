/**
 * Where the simulator kernel finds its inputs: positions in the table at the start of its memory.
 * Shared by the TypeScript that fills the table and by the AssemblyScript that reads it, so it may
 * hold nothing but numbers.
 */

/** Address of the table. */
export const TABLE = 64;

// 32-bit integers, and addresses of arrays, at TABLE + 4 x position.
export const OP_COUNT = 0;
export const DEVICE_COUNT = 1;
export const LINK_COUNT = 2;
export const ROOT_COUNT = 3;
/** Whom one transfer serves: 0 all remote devices, 1 one device, 2 one consumer. */
export const MULTICAST = 4;
/** Groups of 64 event sources. */
export const GROUP_COUNT = 5;
export const DEVICE_TYPE_COUNT = 6;
export const LINK_TYPE_COUNT = 7;
/** 1 where declared order of dependencies is also their release order. */
export const SAME_ORDER = 8;
/** 1 where the step ends with the last event, 0 where with the last op. */
export const LAST_EVENT = 9;

export const DEP_START = 10;
/** Pairs of consumer and slot, by producer, as declared; slot -1 needs no transfer. */
export const DEP = 11;
/** The same pairs by consumer rank. */
export const RELEASE = 12;
export const WAITS_FOR = 13;
export const OP_ORDER = 14;
export const LINK_ORDER = 15;
export const DEVICE_ORDER = 16;
/** Run time by op and device type. */
export const RUN_US = 17;
export const DEVICE_TYPE = 18;
/** Time on a link by slot and link type. */
export const SLOT_US = 19;
/** Index of a slot among the slots of its producer. */
export const SLOT_LOCAL = 20;
export const SLOT_PRODUCER = 21;
export const LINK_TYPE = 22;
export const LATENCY_US = 23;
export const ROUTE_START = 24;
export const ROUTE_LINK = 25;
export const ROOTS = 26;

export const START_US = 27;
export const END_US = 28;
export const DEVICE_FREE_US = 29;
export const LINK_FREE_US = 30;
export const RUNNING_HEAD = 31;
export const RUNNING_TAIL = 32;
export const OP_NEXT = 33;
export const PENDING = 34;
export const TRANSFER_NEXT = 35;
export const TRANSFER_HOP = 36;
export const TRANSFER_TO = 37;
export const TRANSFER_SLOT = 38;
export const TRANSFER_START_US = 39;
export const TRANSFER_ARRIVE_US = 40;
export const TRANSFER_LEFT_US = 41;
/** Which op last sent this slot to this device; by local slot and device. */
export const SENT_BY = 42;
export const FLYING_HEAD = 43;
export const FLYING_TAIL = 44;
export const EVENT_US = 45;
export const GROUP_US = 47;
export const TOGETHER = 48;
export const DELIVERING = 49;
/** Hop log: transfer and link; start, last byte sent and arrival; 0 where nothing is logged. */
export const HOP_LOG = 50;
export const HOP_LOG_US = 51;
/** Length of SENT_BY. */
export const SENT_BY_COUNT = 52;
/** Room for a batch of placements and their makespans; known to the caller alone. */
export const PLACEMENTS = 53;
export const MAKESPANS = 54;
/**
 * 1 where a transfer holds all links of its route at once, 0 where it crosses one after the other.
 */
export const CUT_THROUGH = 55;
/**
 * What a busy link does: 0 carries any number at full speed, 1 makes them wait, 2 shares its speed.
 */
export const CONTENTION = 56;
/** 1 where transfers and ops of a device exclude each other. */
export const BLOCKING = 57;
/**
 * Which op follows each op on its device, -1 for none, or the rank of each op; read where a run
 * goes by priorities.
 */
export const ORDER_NEXT = 58;
/** Where links share their speed: the transfers under way, the bytes each has left and its rate. */
export const FLOW = 59;
export const FLOW_BYTES = 60;
export const FLOW_RATE = 61;
export const SLOT_BYTES = 62;
export const LINK_BYTES_PER_US = 63;
/** Working room of the sharing: speed each link has left, and its transfers without a rate. */
export const LINK_LEFT = 64;
export const LINK_FLOWS = 65;
/**
 * What changes during a run beside PENDING, as one block from DEVICE_FREE_US on: its bytes, and
 * room for copies of both.
 */
export const STATE_BYTES = 66;
export const SNAPSHOTS = 67;
export const SNAPSHOT_US = 68;
export const SNAPSHOT_LATEST_US = 69;
/** Room for that many copies. */
export const SNAPSHOT_CAPACITY = 70;
/** The recorded run, as it ended. */
export const BASE_START_US = 71;
export const BASE_END_US = 72;
export const BASE_OP_NEXT = 73;
export const BASE_TRANSFER_NEXT = 74;
export const BASE_TRANSFER_START_US = 75;
export const BASE_TRANSFER_ARRIVE_US = 76;
/** The ops that a rerun has moved. */
export const MOVED = 77;
/** When a move can first matter, and when again; ascending. */
export const EFFECT_US = 78;

/** 1 where a free device takes the ready op of lowest rank, if there are ranks (in ORDER_NEXT). */
export const READY_DISPATCH = 79;
/** The ops that wait for each device, as heaps. */
export const READY_HEAD = 80;
export const READY_CHILD = 81;
/**
 * Where transfers follow the plan's order: links of the longest route, 0 where they do not; how
 * many things each transfer still waits for; the transfer behind it on each link of its route, -1
 * for none; and a stack.
 */
export const TURN_WIDTH = 82;
export const TURN_WAITS = 83;
export const TURN_NEXT = 84;
export const TURN_STACK = 85;

/**
 * When what the moved ops wait for arrives in a rerun as far as it goes as recorded, one moved op
 * after the other.
 */
export const NEED_US = 86;
/** Of the i-th moved op: NEED_US[NEED_START[i] ..]. */
export const NEED_START = 87;
/** What the moved ops wait for, kept while states are compared. */
export const HELD = 88;
/** A copy's bytes, and those that PENDING takes in it for each op. */
export const SNAPSHOT_BYTES = 89;
export const PACKED_WIDTH = 90;

// 64-bit floats at FLOATS + 8 x position.
export const FLOATS = 448;
export const OP_GAP_US = 0;
export const TRANSFER_GAP_US = 1;
export const FIRST_US = 2;

/** First address after the table. */
export const HEAP = 480;
