-- The catalogue. What sells often is kept apart, in `stock`: this table and its indices change only when
-- somebody edits a product or when the word for its stock changes.
CREATE TABLE products (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    slug            TEXT NOT NULL,
    name            TEXT NOT NULL,
    -- The name in lower case: unique, and what lists are sorted by.
    name_folded     TEXT NOT NULL,
    price           INTEGER NOT NULL CHECK (price >= 0),
    category        TEXT NOT NULL,
    description     TEXT NOT NULL,
    image           TEXT NOT NULL,
    stock           TEXT NOT NULL CHECK (stock IN ('in_stock', 'low', 'out')),
    available       INTEGER NOT NULL GENERATED ALWAYS AS (CASE stock WHEN 'out' THEN 0 ELSE 1 END) STORED,
    -- Counts the edits.
    version         INTEGER NOT NULL,
    -- Counts the edits and the changes of the word for the stock.
    revision        INTEGER NOT NULL,
    -- The revision that the last edit made.
    edited_revision INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX products_slug_key ON products (slug);
CREATE UNIQUE INDEX products_name_folded_key ON products (name_folded);

-- A page of any order under any filter is a walk along one of these.
CREATE INDEX products_by_price ON products (price, id);
CREATE INDEX products_in_category ON products (category, id);
CREATE INDEX products_in_category_by_name ON products (category, name_folded);
CREATE INDEX products_in_category_by_price ON products (category, price, id);
CREATE INDEX products_available ON products (available, id);
CREATE INDEX products_available_by_name ON products (available, name_folded);
CREATE INDEX products_available_by_price ON products (available, price, id);
CREATE INDEX products_available_in_category ON products (category, available, id);
CREATE INDEX products_available_in_category_by_name ON products (category, available, name_folded);
CREATE INDEX products_available_in_category_by_price ON products (category, available, price, id);

-- The words of each product. Short beginnings of words are indexed too, for the word being typed.
CREATE VIRTUAL TABLE products_search USING fts5 (
    name, category, description,
    content = 'products', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER products_search_insert AFTER INSERT ON products BEGIN
    INSERT INTO products_search (rowid, name, category, description)
    VALUES (new.id, new.name, new.category, new.description);
END;
CREATE TRIGGER products_search_delete AFTER DELETE ON products BEGIN
    INSERT INTO products_search (products_search, rowid, name, category, description)
    VALUES ('delete', old.id, old.name, old.category, old.description);
END;
CREATE TRIGGER products_search_update AFTER UPDATE OF name, category, description ON products BEGIN
    INSERT INTO products_search (products_search, rowid, name, category, description)
    VALUES ('delete', old.id, old.name, old.category, old.description);
    INSERT INTO products_search (rowid, name, category, description)
    VALUES (new.id, new.name, new.category, new.description);
END;

-- The pieces of each product. None is ever lost or made up: the last CHECK is the law of this service.
CREATE TABLE stock (
    product_id      INTEGER PRIMARY KEY REFERENCES products (id),
    -- Pieces put on the shelf, the first ones included, less those that staff took away.
    restocked_total INTEGER NOT NULL,
    -- Pieces held for orders that were neither given up nor handed over.
    reserved_total  INTEGER NOT NULL CHECK (reserved_total >= 0),
    sold_total      INTEGER NOT NULL CHECK (sold_total >= 0),
    -- Pieces that nobody has ordered; NULL if nobody counts them.
    quantity        INTEGER CHECK (quantity >= 0),
    CHECK (quantity IS NULL OR quantity = restocked_total - sold_total - reserved_total)
) STRICT;

-- What became of each order's wish for stock.
CREATE TABLE reservations (
    order_uid  TEXT PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('reserved', 'refused', 'released', 'withdrawn', 'sold')),
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX reservations_live ON reservations (order_uid) WHERE state IN ('reserved', 'refused');
CREATE INDEX reservations_ended ON reservations (changed_at) WHERE state <> 'reserved';

CREATE TABLE reservation_lines (
    order_uid  TEXT NOT NULL REFERENCES reservations (order_uid) ON DELETE CASCADE,
    -- Not a reference: an order may name a product that is not in the catalogue.
    product_id INTEGER NOT NULL,
    quantity   INTEGER NOT NULL CHECK (quantity > 0),
    -- Why the line was refused.
    refusal    TEXT,
    PRIMARY KEY (order_uid, product_id)
) STRICT, WITHOUT ROWID;

-- Pictures that staff have sent, by the SHA-256 of their bytes.
CREATE TABLE pictures (
    hash         TEXT PRIMARY KEY,
    content_type TEXT NOT NULL,
    bytes        BLOB NOT NULL
) STRICT;

-- Whether the first products were loaded: once, whatever becomes of them.
CREATE TABLE first_catalogue (
    only_row  INTEGER PRIMARY KEY CHECK (only_row = 1),
    loaded_at INTEGER NOT NULL
) STRICT;
