"""Figures of the journal, the writer, the fan-out and the evidence."""

from prometheus_client import Counter, Gauge, Histogram

# --- The group-commit writer ---------------------------------------------------------

batch_items = Histogram(
    "alarm110_writer_batch_items",
    "Items written in one transaction of the writer.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 400),
)
batch_seconds = Histogram(
    "alarm110_writer_batch_seconds",
    "Time from handing a batch to the writer's thread to its commit.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
writer_items = Counter(
    "alarm110_writer_items",
    "Items the writer was handed, by what became of them.",
    ["outcome"],
)
batches_split = Counter(
    "alarm110_writer_batches_split",
    "Batches that failed together and were then written item by item.",
)
queue_items = Gauge(
    "alarm110_writer_queue_items", "Items that wait for the writer at this moment."
)

# --- Entries and their way to the sockets --------------------------------------------

entries = Counter(
    "alarm110_entries",
    "Entries this process has written into the journal.",
    ["kind"],
)
fan_out_seconds = Histogram(
    "alarm110_entry_lag_seconds",
    "Time from an entry's commit to its hand-over to the last socket of this process.",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
deliveries = Counter(
    "alarm110_entry_deliveries", "Entries handed to followers, once each."
)
found_late = Counter(
    "alarm110_entries_found_late",
    "Entries read from the database because no publish brought them.",
    ["by"],
)
followed_streams = Gauge(
    "alarm110_followed_streams", "Streams that somebody follows in this process."
)

# --- Evidence ------------------------------------------------------------------------

chunks = Counter(
    "alarm110_chunks",
    "Chunks that phones brought: stored, known already, or the code of the refusal.",
    ["outcome"],
)
chunk_bytes = Counter("alarm110_chunk_bytes", "Bytes of the chunks that were stored.")
storage_full = Gauge(
    "alarm110_evidence_storage_full_ratio",
    "How full the disk of the evidence is, 0 to 1; absent in a bucket.",
    ["storage"],
)
