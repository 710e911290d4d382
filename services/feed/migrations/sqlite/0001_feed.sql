-- What this service tells others, in commit order (one writer: the order of the rowids).
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    traceparent TEXT,
    created_at INTEGER NOT NULL
) STRICT;

-- The feed as a whole: an epoch that a restore renews, and the last position that was pruned.
CREATE TABLE feed_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    epoch TEXT NOT NULL,
    pruned_to INTEGER NOT NULL
) STRICT;
INSERT INTO feed_head (only_row, epoch, pruned_to) VALUES (1, lower(hex(randomblob(16))), 0);

-- How far the feeds of others have taken effect here.
CREATE TABLE feed_position (
    feed TEXT PRIMARY KEY,
    epoch TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;
