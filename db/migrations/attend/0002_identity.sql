-- What the identity provider or the shop last said of a customer, and customers who are gone.

-- standing: verified, no_purchase, not_registered or unknown, as last heard at standing_at. Owed
-- grants of a customer who is known to have no purchase (an order was cancelled) are withheld.
-- erased_at: the person is gone (0: not); what is left names nobody.
ALTER TABLE customer ADD COLUMN standing TEXT NOT NULL DEFAULT 'unknown'
	CHECK (standing = 'unknown' OR standing = 'not_registered' OR standing = 'no_purchase' OR
	       standing = 'verified');
ALTER TABLE customer ADD COLUMN standing_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN erased_at INTEGER NOT NULL DEFAULT 0;
UPDATE customer SET standing = 'verified', standing_at = verified_at WHERE verified_at > 0;

-- Somebody leaves: his mails.
CREATE INDEX outbox_customer ON outbox (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX outbox_recipient ON outbox (recipient);

-- Hash of issuer and subject of who was erased, kept for a day: a token that is still valid
-- does not bring him back.
CREATE TABLE erasure (
	subject_hash TEXT PRIMARY KEY,
	at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_at ON erasure (at);
