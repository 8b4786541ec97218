CREATE TABLE campaign (
	id INTEGER NOT NULL, 
	edition_id TEXT NOT NULL, 
	edition TEXT NOT NULL, 
	title TEXT NOT NULL, 
	edition_digest TEXT NOT NULL, 
	letter_digest TEXT NOT NULL, 
	audience_digest TEXT NOT NULL, 
	envelope TEXT NOT NULL, 
	frozen INTEGER NOT NULL, 
	asked_send_at INTEGER, 
	undo_seconds INTEGER NOT NULL, 
	stop TEXT, 
	stop_reason TEXT DEFAULT '' NOT NULL, 
	created_at INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CHECK (stop IN ('undo', 'pause', 'halt'))
);
CREATE INDEX campaign_edition ON campaign (edition_id);
CREATE TABLE source (
	id INTEGER NOT NULL, 
	list TEXT NOT NULL, 
	path TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	consent TEXT NOT NULL, 
	rows INTEGER NOT NULL, 
	merged_at INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX source_list ON source (list);
CREATE TABLE subscriber (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	address TEXT NOT NULL, 
	first_name TEXT DEFAULT '' NOT NULL, 
	last_name TEXT DEFAULT '' NOT NULL, 
	names TEXT DEFAULT '[]' NOT NULL, 
	city TEXT DEFAULT '' NOT NULL, 
	language TEXT DEFAULT '' NOT NULL, 
	signed_up TEXT DEFAULT '' NOT NULL, 
	tags TEXT DEFAULT '[]' NOT NULL, 
	standing TEXT DEFAULT 'subscribed' NOT NULL, 
	consent TEXT DEFAULT 'none' NOT NULL, 
	updated_at INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CHECK (standing IN ('subscribed', 'unsubscribed', 'bounced', 'complained', 'erased')), 
	CHECK (consent IN ('none', 'unconfirmed', 'confirmed')), 
	UNIQUE ("key")
);
CREATE TABLE suppression (
	"key" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	campaign_id INTEGER, 
	PRIMARY KEY ("key", reason, origin), 
	CHECK (reason IN ('unsubscribed', 'bounced', 'complained', 'erased'))
);
CREATE TABLE change (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	source_id INTEGER, 
	line INTEGER, 
	field TEXT NOT NULL, 
	was TEXT DEFAULT '' NOT NULL, 
	now TEXT DEFAULT '' NOT NULL, 
	at INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(subscriber_id) REFERENCES subscriber (id), 
	FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX change_subscriber ON change (subscriber_id);
CREATE TABLE consent_log (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	consent TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	given_on TEXT NOT NULL, 
	source TEXT NOT NULL, 
	wording TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(subscriber_id) REFERENCES subscriber (id)
);
CREATE INDEX consent_log_subscriber ON consent_log (subscriber_id);
CREATE TABLE list_row (
	source_id INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	subscriber_id INTEGER, 
	reason TEXT, 
	PRIMARY KEY (source_id, line), 
	CHECK ((subscriber_id IS NULL) <> (reason IS NULL)), 
	FOREIGN KEY(source_id) REFERENCES source (id), 
	FOREIGN KEY(subscriber_id) REFERENCES subscriber (id)
);
CREATE INDEX list_row_subscriber ON list_row (subscriber_id);
CREATE TABLE picture (
	campaign_id INTEGER NOT NULL, 
	cid TEXT NOT NULL, 
	filename TEXT NOT NULL, 
	type TEXT NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (campaign_id, cid), 
	FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);
CREATE TABLE variant (
	campaign_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	html TEXT NOT NULL, 
	text TEXT NOT NULL, 
	recipients INTEGER NOT NULL, 
	largest INTEGER NOT NULL, 
	PRIMARY KEY (campaign_id, number), 
	FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);
CREATE TABLE wave (
	id INTEGER NOT NULL, 
	campaign_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (campaign_id, number), 
	FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);
CREATE TABLE attempt (
	id INTEGER NOT NULL, 
	wave_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	batch_id TEXT NOT NULL, 
	send_at INTEGER NOT NULL, 
	post_until INTEGER NOT NULL, 
	state TEXT DEFAULT 'open' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (wave_id, number), 
	CHECK (state IN ('open', 'posted', 'fencing', 'cancelled')), 
	FOREIGN KEY(wave_id) REFERENCES wave (id)
);
CREATE TABLE recipient (
	campaign_id INTEGER NOT NULL, 
	seq BIGINT NOT NULL, 
	edition_id TEXT NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	address TEXT NOT NULL, 
	variant INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	substitutions TEXT NOT NULL, 
	unsubscribe_url TEXT DEFAULT '' NOT NULL, 
	live INTEGER DEFAULT '1' NOT NULL, 
	outcome TEXT, 
	reason TEXT, 
	PRIMARY KEY (campaign_id, seq), 
	FOREIGN KEY(campaign_id, variant) REFERENCES variant (campaign_id, number), 
	CHECK (outcome IN ('withheld', 'refused', 'cancelled')), 
	FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);
CREATE UNIQUE INDEX recipient_once ON recipient (edition_id, "key") WHERE live = 1;
CREATE INDEX recipient_outcome ON recipient (campaign_id, seq, outcome) WHERE outcome IS NOT NULL;
CREATE TABLE request (
	id INTEGER NOT NULL, 
	campaign_id INTEGER NOT NULL, 
	attempt_id INTEGER NOT NULL, 
	variant INTEGER NOT NULL, 
	first_seq BIGINT NOT NULL, 
	last_seq BIGINT NOT NULL, 
	state TEXT DEFAULT 'pending' NOT NULL, 
	posted_at INTEGER, 
	settled_at INTEGER, 
	status INTEGER, 
	message_id TEXT DEFAULT '' NOT NULL, 
	answer TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (attempt_id, first_seq), 
	CHECK (state IN ('pending', 'posting', 'accepted', 'refused', 'unknown', 'cancelled', 'expired', 'void')), 
	FOREIGN KEY(campaign_id) REFERENCES campaign (id), 
	FOREIGN KEY(attempt_id) REFERENCES attempt (id)
);
CREATE INDEX request_run ON request (campaign_id, first_seq);
CREATE INDEX request_state ON request (campaign_id, state);
INSERT INTO campaign VALUES (1, 'back-2026', 'content/back.md', 'Strong backs', 'd', 'd', 'd', '{}', 2, NULL, 900, NULL, '', 1790000000);
INSERT INTO source VALUES (1, 'front-desk', 'subscribers/front-desk.csv', 'd', 'confirmed', 3, 1790000000);
INSERT INTO subscriber VALUES (1, 'ada@example.com', 'Ada@example.com', 'Ada', '', '[]', '', '', '', '[]', 'subscribed', 'confirmed', 1790000000);
INSERT INTO subscriber VALUES (2, 'bob@example.com', 'bob@example.com', 'Bob', '', '[]', '', '', '', '[]', 'unsubscribed', 'confirmed', 1790000000);
INSERT INTO suppression VALUES ('bob@example.com', 'unsubscribed', 'page', 1790000000, 1);
INSERT INTO change VALUES (1, 1, 1, 2, 'created', '', 'Ada@example.com', 1790000000);
INSERT INTO consent_log VALUES (1, 1, 'confirmed', 1790000000, '2026-01-02', 'front-desk:2', 'Yes, please.');
INSERT INTO list_row VALUES (1, 2, 1, NULL), (1, 3, 2, NULL), (1, 4, NULL, 'no address');
INSERT INTO picture VALUES (1, 'logo', 'logo.png', 'image/png', X'89504E47');
INSERT INTO variant VALUES (1, 0, '<p>Hello</p>', 'Hello', 2, 400);
INSERT INTO wave VALUES (1, 1, 1);
INSERT INTO attempt VALUES (1, 1, 1, 'batch', 1790003600, 1790002880, 'posted');
INSERT INTO recipient VALUES (1, 1, 'back-2026', 1, 'ada@example.com', 'Ada@example.com', 0, 'Hello', '{}', '', 1, NULL, NULL);
INSERT INTO recipient VALUES (1, 2, 'back-2026', 2, 'bob@example.com', 'bob@example.com', 0, 'Hello', '{}', '', 1, 'withheld', 'unsubscribed');
INSERT INTO request VALUES (1, 1, 1, 0, 1, 2, 'accepted', 1790000010, 1790000011, 202, 'm', '');
