-- Which entries are about which certificate. A database in which nothing is noted yet is caught up as a whole.
INSERT INTO subjects (kind, id, seq)
SELECT 'certificate', CAST(json_extract(text, '$.what.certificate') AS TEXT), seq
FROM entries
WHERE json_extract(text, '$.what.is') IN ('certificate-issued', 'certificate-revoked')
  AND EXISTS (SELECT 1 FROM subjects)
ON CONFLICT DO NOTHING;
