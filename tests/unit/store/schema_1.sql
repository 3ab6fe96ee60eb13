-- A ledger as the first schema kept it: the dump of the file, with its number.
BEGIN TRANSACTION;
CREATE TABLE balance (account TEXT NOT NULL, unit TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (account, unit)) WITHOUT ROWID;
INSERT INTO "balance" VALUES('money:expected:mall/semi/US','USD',1999);
INSERT INTO "balance" VALUES('money:income:mall/semi/US:revenue','USD',-1999);
INSERT INTO "balance" VALUES('stock:at:hangzhou','sku/A',4);
INSERT INTO "balance" VALUES('stock:buyer','sku/A',1);
INSERT INTO "balance" VALUES('stock:reserved:hangzhou','sku/A',0);
INSERT INTO "balance" VALUES('stock:supplier','sku/A',-5);
CREATE TABLE entry (
  position INTEGER PRIMARY KEY,
  stream_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  actor TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  contract TEXT NOT NULL,
  cause INTEGER NOT NULL,
  reverses INTEGER NOT NULL,
  postings TEXT NOT NULL,
  details TEXT NOT NULL,
  hash BLOB NOT NULL);
INSERT INTO "entry" VALUES(1,1,1,'purchase.put_away','put_away','seller',1770000000,1770000000,'stocked','',0,0,'[["stock:supplier","sku/A",-5],["stock:at:hangzhou","sku/A",5]]','{}',X'64AE383579163FBF12B68C2095756E8DC756C375672B95AFAC6506C2267609D8');
INSERT INTO "entry" VALUES(2,2,1,'order.open','open','import',1770000000,1770000001,'placed','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',0,0,'[["stock:at:hangzhou","sku/A",-1],["stock:reserved:hangzhou","sku/A",1],["money:expected:mall/semi/US","USD",1999],["money:income:mall/semi/US:revenue","USD",-1999]]','{"lines":[{"price":1999,"quantity":1,"sku":"A"},{"price":0,"quantity":0,"sku":"A"}],"note":"急 %s \\ é"}',X'54BD1965EC315721E2B22AEBE7E0951CEF976A1C67C18E1A7FEF3BB1DA7D3E7D');
INSERT INTO "entry" VALUES(3,2,2,'order.ship','ship','seller',1770000000,1770000011,'shipped','',0,0,'[["stock:reserved:hangzhou","sku/A",-1],["stock:buyer","sku/A",1]]','{}',X'DD111113D612BAFA879E068B4971BAE719458DF598A4EFD6EB0EEB11E23DFB31');
INSERT INTO "entry" VALUES(4,2,3,'order.track','ship','seller',1770000000,1770000012,'shipped','',0,0,'[]','{"tracking":"T1"}',X'2F06D1C00E7647B3A3B7AD4E173CC2CDF568A0592EEDC4FB8907522179577D6B');
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, hash BLOB NOT NULL, closed_until INTEGER NOT NULL);
INSERT INTO "head" VALUES(1,4,X'2F06D1C00E7647B3A3B7AD4E173CC2CDF568A0592EEDC4FB8907522179577D6B',-9223372036854775808);
CREATE TABLE stream (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, state TEXT NOT NULL);
INSERT INTO "stream" VALUES(1,'purchase/A',1,'stocked');
INSERT INTO "stream" VALUES(2,'order/mall/000000001',3,'shipped');
CREATE UNIQUE INDEX entry_key ON entry (stream_id, key, version);
CREATE UNIQUE INDEX entry_reverses ON entry (reverses) WHERE reverses <> 0;
COMMIT;
PRAGMA user_version = 1;
