-- +goose Up

-- "Folk": tells a Folkmoot store from any other SQLite file.
PRAGMA application_id = 1181707371;

-- All times are Unix milliseconds in UTC; 0 is no time.

CREATE TABLE site (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE consultations (
    id                   TEXT PRIMARY KEY,
    slug                 TEXT NOT NULL UNIQUE,
    state                TEXT NOT NULL,
    language             TEXT NOT NULL,
    settings             TEXT NOT NULL, -- JSON
    time_zone            TEXT NOT NULL,
    opens_at             INTEGER NOT NULL,
    suggestions_close_at INTEGER NOT NULL,
    closes_at            INTEGER NOT NULL,
    answer_by            INTEGER NOT NULL,
    created_at           INTEGER NOT NULL,
    edited_at            INTEGER NOT NULL,
    paused_at            INTEGER NOT NULL,
    sealed_at            INTEGER NOT NULL,
    answered_at          INTEGER NOT NULL,
    state_reason         TEXT NOT NULL,
    rev                  INTEGER NOT NULL,
    version              INTEGER NOT NULL,
    vote_seq             INTEGER NOT NULL,
    reply_seq            INTEGER NOT NULL, -- the last Seq given to a reply
    idea_count           INTEGER NOT NULL,
    reply_count          INTEGER NOT NULL,
    voter_count          INTEGER NOT NULL,
    chain_length         INTEGER NOT NULL,
    chain_head           TEXT NOT NULL,
    source               TEXT NOT NULL,
    source_id            TEXT NOT NULL,
    demo                 INTEGER NOT NULL
) STRICT;

CREATE INDEX consultations_newest ON consultations (created_at, id);
CREATE UNIQUE INDEX consultations_source ON consultations (source, source_id) WHERE source_id <> '';

CREATE TABLE consultation_texts (
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    language        TEXT NOT NULL,
    title           TEXT NOT NULL,
    question        TEXT NOT NULL,
    body            TEXT NOT NULL,
    body_html       TEXT NOT NULL,
    who_decides     TEXT NOT NULL,
    can_change      TEXT NOT NULL,
    contact         TEXT NOT NULL,
    other_formats   TEXT NOT NULL,
    PRIMARY KEY (consultation_id, language)
) STRICT;

CREATE TABLE consultation_revisions (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL,
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    language        TEXT NOT NULL,
    before          TEXT NOT NULL, -- JSON of a text
    after           TEXT NOT NULL, -- JSON of a text
    reason          TEXT NOT NULL,
    changes         TEXT NOT NULL, -- JSON
    at              INTEGER NOT NULL
) STRICT;

CREATE INDEX consultation_revisions_of ON consultation_revisions (consultation_id, seq);

CREATE TABLE ideas (
    id              TEXT PRIMARY KEY,
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    participant_id  TEXT NOT NULL,
    author_name     TEXT NOT NULL,
    staff_role      TEXT NOT NULL,
    address         TEXT NOT NULL,
    address_key     TEXT NOT NULL,
    guest           TEXT NOT NULL,
    network         TEXT NOT NULL,
    token_hash      TEXT NOT NULL,
    reference       TEXT NOT NULL,
    channel         TEXT NOT NULL,
    language        TEXT NOT NULL,
    source          TEXT NOT NULL,
    source_id       TEXT NOT NULL,
    status          TEXT NOT NULL,
    reason          TEXT NOT NULL,
    withdrawn       INTEGER NOT NULL,
    rev             INTEGER NOT NULL,
    salt            TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    edited_at       INTEGER NOT NULL,
    published_at    INTEGER NOT NULL,
    decided_at      INTEGER NOT NULL,
    number          INTEGER NOT NULL, -- 0: never published
    title           TEXT NOT NULL,
    body            TEXT NOT NULL,
    body_html       TEXT NOT NULL,
    organiser       INTEGER NOT NULL,
    merged_into     TEXT NOT NULL,
    first_vote_at   INTEGER NOT NULL,
    agree           INTEGER NOT NULL, -- the tally as cached, over what is merged into it
    disagree        INTEGER NOT NULL,
    pass            INTEGER NOT NULL,
    reply_count     INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX ideas_number ON ideas (consultation_id, number) WHERE number > 0;
CREATE INDEX ideas_of ON ideas (consultation_id, id);
CREATE INDEX ideas_merged ON ideas (merged_into) WHERE merged_into <> '';
CREATE INDEX ideas_participant ON ideas (participant_id, consultation_id, status, created_at, id) WHERE participant_id <> '';
CREATE INDEX ideas_guest ON ideas (guest, consultation_id, status, created_at, id) WHERE guest <> '' AND participant_id = '';
CREATE INDEX ideas_address ON ideas (address_key) WHERE address_key <> '';
CREATE UNIQUE INDEX ideas_token ON ideas (token_hash) WHERE token_hash <> '';

CREATE TABLE idea_texts (
    idea_id   TEXT NOT NULL REFERENCES ideas (id) ON DELETE CASCADE,
    language  TEXT NOT NULL,
    title     TEXT NOT NULL,
    body      TEXT NOT NULL,
    body_html TEXT NOT NULL,
    PRIMARY KEY (idea_id, language)
) STRICT;

CREATE TABLE replies (
    id              TEXT PRIMARY KEY,
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    participant_id  TEXT NOT NULL,
    author_name     TEXT NOT NULL,
    staff_role      TEXT NOT NULL,
    address         TEXT NOT NULL,
    address_key     TEXT NOT NULL,
    guest           TEXT NOT NULL,
    network         TEXT NOT NULL,
    token_hash      TEXT NOT NULL,
    reference       TEXT NOT NULL,
    channel         TEXT NOT NULL,
    language        TEXT NOT NULL,
    source          TEXT NOT NULL,
    source_id       TEXT NOT NULL,
    status          TEXT NOT NULL,
    reason          TEXT NOT NULL,
    withdrawn       INTEGER NOT NULL,
    rev             INTEGER NOT NULL,
    salt            TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    edited_at       INTEGER NOT NULL,
    published_at    INTEGER NOT NULL,
    decided_at      INTEGER NOT NULL,
    idea_id         TEXT NOT NULL, -- '': the consultation's own thread
    parent_id       TEXT NOT NULL,
    parent_name     TEXT NOT NULL,
    orphan          INTEGER NOT NULL,
    depth           INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    path            TEXT NOT NULL,
    path_new        TEXT NOT NULL,
    shown           INTEGER NOT NULL, -- has a place on the public page
    body            TEXT NOT NULL,
    body_html       TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX replies_seq ON replies (consultation_id, seq);
CREATE INDEX replies_thread ON replies (consultation_id, idea_id, path) WHERE shown = 1;
CREATE INDEX replies_thread_new ON replies (consultation_id, idea_id, path_new) WHERE shown = 1;
CREATE INDEX replies_of ON replies (consultation_id, id);
CREATE INDEX replies_participant ON replies (participant_id, consultation_id, idea_id, status, created_at, id) WHERE participant_id <> '';
CREATE INDEX replies_guest ON replies (guest, consultation_id, idea_id, status, created_at, id) WHERE guest <> '' AND participant_id = '';
CREATE INDEX replies_address ON replies (address_key) WHERE address_key <> '';
CREATE UNIQUE INDEX replies_token ON replies (token_hash) WHERE token_hash <> '';

CREATE TABLE text_revisions (
    kind    TEXT NOT NULL,
    item_id TEXT NOT NULL,
    rev     INTEGER NOT NULL,
    title   TEXT NOT NULL,
    body    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (kind, item_id, rev)
) STRICT;

CREATE TABLE votes (
    idea_id         TEXT NOT NULL REFERENCES ideas (id),
    participant_id  TEXT NOT NULL,
    consultation_id TEXT NOT NULL,
    voice           TEXT NOT NULL,
    capacity        TEXT NOT NULL,
    band            TEXT NOT NULL,
    tier            TEXT NOT NULL,
    channel         TEXT NOT NULL,
    choice          TEXT NOT NULL,
    at              INTEGER NOT NULL,
    PRIMARY KEY (idea_id, participant_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX votes_participant ON votes (consultation_id, participant_id);
CREATE INDEX votes_voice ON votes (idea_id, voice, at);

-- live counts the ideas (after merging) on which the voice's latest entry is
-- agree, disagree or pass; last_at is the time of its latest entry.
CREATE TABLE voices (
    consultation_id TEXT NOT NULL,
    voice           TEXT NOT NULL,
    live            INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    PRIMARY KEY (consultation_id, voice)
) STRICT, WITHOUT ROWID;

CREATE TABLE participants (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    address     TEXT NOT NULL,
    address_key TEXT NOT NULL,
    mail_key    TEXT NOT NULL, -- the address in lower case, as jobs name it
    capacity    TEXT NOT NULL,
    band        TEXT NOT NULL,
    number      INTEGER NOT NULL, -- of a moderator
    language    TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX participants_address ON participants (address_key) WHERE address_key <> '';
CREATE INDEX participants_mail ON participants (mail_key) WHERE mail_key <> '';
CREATE UNIQUE INDEX participants_number ON participants (number) WHERE number > 0;
CREATE INDEX participants_oldest ON participants (created_at, id);

CREATE TABLE grants (
    participant_id  TEXT NOT NULL REFERENCES participants (id),
    role            TEXT NOT NULL,
    consultation_id TEXT NOT NULL, -- '': everywhere
    PRIMARY KEY (participant_id, role, consultation_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_role ON grants (role, consultation_id);

CREATE TABLE sessions (
    token_hash     TEXT PRIMARY KEY,
    participant_id TEXT NOT NULL REFERENCES participants (id),
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_participant ON sessions (participant_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE links (
    id              TEXT PRIMARY KEY,
    token_hash      TEXT NOT NULL UNIQUE,
    token_hash2     TEXT NOT NULL,
    purpose         TEXT NOT NULL,
    address         TEXT NOT NULL,
    address_key     TEXT NOT NULL,
    name            TEXT NOT NULL,
    capacity        TEXT NOT NULL,
    band            TEXT NOT NULL,
    role            TEXT NOT NULL, -- JSON of a grant, or null
    consultation_id TEXT NOT NULL,
    choices         TEXT NOT NULL, -- JSON
    return_to       TEXT NOT NULL,
    language        TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    used_at         INTEGER NOT NULL,
    reminded_at     INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX links_reminder ON links (token_hash2) WHERE token_hash2 <> '';
CREATE INDEX links_address ON links (address_key, purpose, created_at);
CREATE INDEX links_ballots ON links (consultation_id) WHERE purpose = 'ballot' AND used_at = 0;
CREATE INDEX links_to_remind ON links (created_at)
    WHERE purpose = 'ballot' AND used_at = 0 AND reminded_at = 0;

-- What moderators have to see: since is when it came in, or was first reported.
CREATE TABLE queue (
    kind            TEXT NOT NULL,
    item_id         TEXT NOT NULL,
    consultation_id TEXT NOT NULL,
    since           INTEGER NOT NULL,
    waits           INTEGER NOT NULL, -- 1: pending; 0: published and reported
    PRIMARY KEY (kind, item_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX queue_oldest ON queue (since, kind, item_id);
CREATE INDEX queue_of ON queue (consultation_id, since, kind, item_id);

CREATE TABLE decisions (
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    seq             INTEGER NOT NULL,
    action          TEXT NOT NULL,
    reason          TEXT NOT NULL,
    reason_salt     TEXT NOT NULL,
    actor_id        TEXT NOT NULL,
    undoes          INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    prev_hash       TEXT NOT NULL,
    hash            TEXT NOT NULL,
    PRIMARY KEY (consultation_id, seq)
) STRICT;

CREATE TABLE decision_items (
    consultation_id TEXT NOT NULL,
    seq             INTEGER NOT NULL,
    position        INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    item_id         TEXT NOT NULL,
    rev             INTEGER NOT NULL,
    from_status     TEXT NOT NULL,
    to_status       TEXT NOT NULL,
    digest          TEXT NOT NULL,
    waited          INTEGER NOT NULL, -- milliseconds in the queue; -1: it did not wait for a moderator
    PRIMARY KEY (consultation_id, seq, position)
) STRICT;

CREATE INDEX decision_items_item ON decision_items (kind, item_id);
CREATE INDEX decision_items_waits ON decision_items (consultation_id, seq, position) WHERE waited >= 0;

CREATE TABLE reports (
    id              TEXT PRIMARY KEY,
    kind            TEXT NOT NULL,
    item_id         TEXT NOT NULL,
    consultation_id TEXT NOT NULL,
    reason          TEXT NOT NULL,
    reference       TEXT NOT NULL,
    network         TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    closed_by       INTEGER NOT NULL
) STRICT;

CREATE INDEX reports_item ON reports (kind, item_id, closed_by);

CREATE TABLE sealed (
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    version         INTEGER NOT NULL,
    full_file       BLOB NOT NULL,
    public_file     BLOB NOT NULL,
    full_sha256     TEXT NOT NULL,
    public_sha256   TEXT NOT NULL,
    result          TEXT NOT NULL, -- JSON
    sealed_by       TEXT NOT NULL,
    at              INTEGER NOT NULL,
    PRIMARY KEY (consultation_id, version)
) STRICT;

CREATE TABLE responses (
    idea_id         TEXT PRIMARY KEY REFERENCES ideas (id),
    consultation_id TEXT NOT NULL,
    decision        TEXT NOT NULL,
    reason          TEXT NOT NULL,
    reason_html     TEXT NOT NULL,
    owner           TEXT NOT NULL,
    due             TEXT NOT NULL, -- by when, in words
    drafted_by      TEXT NOT NULL,
    published_by    TEXT NOT NULL,
    updated_at      INTEGER NOT NULL,
    published_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX responses_of ON responses (consultation_id);

CREATE TABLE jobs (
    id            TEXT PRIMARY KEY,
    kind          TEXT NOT NULL,
    language      TEXT NOT NULL,
    recipient     TEXT NOT NULL,
    recipient_key TEXT NOT NULL, -- in lower case
    args          TEXT NOT NULL, -- JSON; wiped when done
    not_before    INTEGER NOT NULL,
    attempts      INTEGER NOT NULL,
    leased_to     INTEGER NOT NULL,
    done_at       INTEGER NOT NULL,
    last_error    TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    unconfirmed   INTEGER NOT NULL,
    deferred      INTEGER NOT NULL,
    link_id       TEXT NOT NULL,
    mailbox       TEXT NOT NULL, -- by which messages are limited
    topic         TEXT NOT NULL  -- a message takes the place of one that waits on the same topic
) STRICT;

CREATE INDEX jobs_due ON jobs (not_before, id) WHERE done_at = 0;
CREATE INDEX jobs_due_sign_in ON jobs (not_before, id) WHERE done_at = 0 AND kind = 'mail.sign_in';
CREATE INDEX jobs_waiting ON jobs (created_at, id) WHERE done_at = 0;
CREATE INDEX jobs_recipient ON jobs (recipient_key) WHERE unconfirmed = 1;
CREATE INDEX jobs_mailbox ON jobs (mailbox, done_at) WHERE unconfirmed = 1 OR kind = 'mail.sign_in';
CREATE INDEX jobs_done ON jobs (done_at) WHERE done_at > 0;

-- The audit log; its length and its last hash are in site.
CREATE TABLE audit (
    seq             INTEGER PRIMARY KEY,
    at              INTEGER NOT NULL,
    act             TEXT NOT NULL,
    actor_id        TEXT NOT NULL,
    actor_role      TEXT NOT NULL,
    subject_kind    TEXT NOT NULL,
    subject_id      TEXT NOT NULL,
    consultation_id TEXT NOT NULL,
    texts           TEXT NOT NULL, -- JSON, with salts and digests
    prev_hash       TEXT NOT NULL,
    hash            TEXT NOT NULL
) STRICT;

CREATE INDEX audit_act ON audit (act, seq);
CREATE INDEX audit_actor ON audit (actor_id, seq);
CREATE INDEX audit_of ON audit (consultation_id, seq);

-- Words of consultations and of published ideas and replies. search_docs gives
-- the docid in search of what is indexed. The words are cut and folded before they
-- come here (models/words): the tokenizer parts them at blanks alone.
CREATE VIRTUAL TABLE search USING fts4(heading, body, tokenize=simple);

CREATE TABLE search_docs (
    docid           INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL,
    item_id         TEXT NOT NULL,
    consultation_id TEXT NOT NULL,
    UNIQUE (kind, item_id)
) STRICT;
