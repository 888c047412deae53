BEGIN TRANSACTION;
CREATE TABLE annotators (
	project TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	token_sha256 TEXT, 
	added TEXT NOT NULL, 
	PRIMARY KEY (project, name), 
	UNIQUE (token_sha256)
);
INSERT INTO "annotators" VALUES('saved','ann','annotator','5d5d81247dc967e1996c223957ae66dc5c07ff0cc49a2a916a64ed779faf7590','2026-11-22T15:21:14.160Z');
INSERT INTO "annotators" VALUES('saved','olu','owner','5bd0f736914994621433a34895b419be6ba89c93f28dad05fe1df7283ba64472','2026-11-22T15:21:14.179Z');
CREATE TABLE events (
	project TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	unit_id TEXT NOT NULL, 
	annotator TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	codebook TEXT NOT NULL, 
	role TEXT NOT NULL, 
	probability DOUBLE, 
	supersedes TEXT, 
	seconds DOUBLE, 
	suggestions_shown BOOLEAN NOT NULL, 
	round INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY (project, seq), 
	CONSTRAINT events_once UNIQUE (project, id)
);
INSERT INTO "events" VALUES('saved',1,'0f051cef305a4939a0511dcd50cdf094','decision','40','ann','{"codes": {"training": 0, "money": 1}, "stances": {}, "spans": [], "reason": ""}','75f27d12de4d387f929aa5e5cb7e958a739f4b0caf3d8e56ad358e06eb4416fe','audit',0.125,NULL,NULL,0,0,'2026-11-22T15:21:14.675Z');
INSERT INTO "events" VALUES('saved',2,'f58359e99308452b90daa25e8a52ca4a','decision','06','ann','{"codes": {"training": 0, "money": 0}, "stances": {}, "spans": [], "reason": ""}','75f27d12de4d387f929aa5e5cb7e958a739f4b0caf3d8e56ad358e06eb4416fe','audit',0.125,NULL,NULL,0,0,'2026-11-22T15:21:14.751Z');
CREATE TABLE tasks (
	project TEXT NOT NULL, 
	annotator TEXT NOT NULL, 
	unit_id TEXT NOT NULL, 
	round INTEGER NOT NULL, 
	position BIGINT NOT NULL, 
	purpose TEXT NOT NULL, 
	role TEXT NOT NULL, 
	probability DOUBLE, 
	sample TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	closed BOOLEAN NOT NULL, 
	PRIMARY KEY (project, annotator, unit_id, round)
);
INSERT INTO "tasks" VALUES('saved','ann','40',0,0,'code','audit',0.125,'people','',1);
INSERT INTO "tasks" VALUES('saved','ann','06',0,2,'code','audit',0.125,'people','',1);
INSERT INTO "tasks" VALUES('saved','ann','23',0,4,'code','audit',0.125,'people','',0);
INSERT INTO "tasks" VALUES('saved','ann','38',0,6,'code','audit',0.125,'people','',0);
INSERT INTO "tasks" VALUES('saved','ann','10',0,8,'code','audit',0.125,'people','',0);
INSERT INTO "tasks" VALUES('saved','ann','20',0,10,'code','audit',0.125,'people','',0);
CREATE TABLE textmine_schema (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "textmine_schema" VALUES(1);
CREATE INDEX events_of_annotator ON events (project, annotator, seq);
CREATE INDEX events_of_unit ON events (project, unit_id, annotator);
CREATE INDEX tasks_next ON tasks (project, annotator, closed, position);
CREATE INDEX tasks_of_unit ON tasks (project, unit_id);
COMMIT;
