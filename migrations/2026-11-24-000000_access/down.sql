-- No way back: a release is left by restoring the backup that was made before it (docs/OPERATIONS.md).
SELECT 1;
