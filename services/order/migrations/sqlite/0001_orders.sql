-- What the product service has told of its products: enough to check and price a basket alone.
-- Rows are never deleted: baskets and orders refer to them.
CREATE TABLE catalogue (
    id       INTEGER PRIMARY KEY,
    slug     TEXT NOT NULL,
    name     TEXT NOT NULL,
    price    INTEGER NOT NULL CHECK (price >= 0),
    stock    TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

-- Baskets (state open) and orders. A basket without lines does not exist.
CREATE TABLE orders (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Given out at checkout, so that no basket of a restored database meets an old reservation.
    order_uid        TEXT,
    user_id          INTEGER NOT NULL,
    state            TEXT NOT NULL
        CHECK (state IN ('open', 'placed', 'confirmed', 'refused', 'fulfilled', 'cancelled')),
    currency         TEXT NOT NULL,
    -- Known once the order is placed.
    total            INTEGER CHECK (total >= 0),
    placed_at        INTEGER,
    delivery_name    TEXT,
    delivery_address TEXT,
    CHECK ((state = 'open') = (order_uid IS NULL)),
    CHECK ((state = 'open') = (total IS NULL)),
    CHECK ((state = 'open') = (placed_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX orders_order_uid_key ON orders (order_uid);
CREATE UNIQUE INDEX orders_user_id_key ON orders (user_id) WHERE state = 'open';
CREATE INDEX orders_of_user ON orders (user_id, id);
CREATE INDEX orders_in_state ON orders (state, id);
-- In the words of the query; naming the two states would lead SQLite to orders_in_state, and to sorting.
CREATE INDEX orders_unfinished ON orders (id) WHERE state NOT IN ('open', 'refused', 'fulfilled', 'cancelled');

CREATE TABLE order_items (
    order_id   INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    product_id INTEGER NOT NULL REFERENCES catalogue (id),
    position   INTEGER NOT NULL,
    quantity   INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    -- Frozen when the order is placed; until then the catalogue's apply.
    name       TEXT,
    unit_price INTEGER CHECK (unit_price >= 0),
    -- Why the stock refused this line.
    refusal    TEXT,
    PRIMARY KEY (order_id, product_id)
) STRICT, WITHOUT ROWID;

-- Checkouts that may be repeated, for 24 hours.
CREATE TABLE idempotency_keys (
    user_id    INTEGER NOT NULL,
    key        TEXT NOT NULL,
    digest     BLOB NOT NULL,
    order_id   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Merges that took effect, for 30 days.
CREATE TABLE merges (
    user_id     INTEGER NOT NULL,
    merge_id    TEXT NOT NULL,
    not_applied TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, merge_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX merges_by_age ON merges (created_at);
