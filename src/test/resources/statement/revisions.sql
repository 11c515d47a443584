WITH revisions AS (
    INSERT INTO amount_revision (
        transaction_id, event_version, position, known_at, attempt, status, type, currency, network, crypto_amount, fiat_currency, fiat_amount,
        occurred_at, confirmed_at, period_at, replaces)
    VALUES
        -- Of September, and not known when it was closed.
        ('t-late', 2, 11, '2025-10-05T00:00:00.5Z', 1, 'completed', 'buy', 'USDC', 'ERC20', 5, 'EUR', 4.70,
         '2025-09-30T23:59:59.999999Z', '2025-10-05T00:00:00Z', '2025-09-30T23:59:59.999999Z', false),
        -- From before there were books.
        ('t-old', NULL, NULL, '-infinity', 1, 'completed', 'buy', 'USDC', 'ERC20', 10.000000000000000001, 'EUR', 9.45,
         '2025-10-01T00:00:00Z', '2025-10-01T00:00:05Z', '2025-10-01T00:00:00Z', false),
        ('t-1', 2, 12, '2025-10-03T09:00:06Z', 1, 'completed', 'buy', 'USDC', 'ERC20', 42.60, 'EUR', 40.15,
         '2025-10-03T09:00:00Z', '2025-10-03T09:00:05.123456Z', '2025-10-03T09:00:00Z', false),
        ('t-2', 3, 13, '2025-10-03T10:00:06Z', 2, 'failed', 'sell', 'USDT', 'TRC20', 12345678901234567890.5, 'USD', NULL,
         NULL, '2025-10-03T10:00:05Z', '2025-10-03T10:00:05Z', false),
        -- The last of October, with nothing but its end, and an id that a spreadsheet would run.
        ('=t,"3"', 4, 14, '2025-10-31T23:59:59.999999Z', 1, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL,
         '2025-10-31T23:59:59.999999Z', '2025-10-31T23:59:59.999999Z', '2025-10-31T23:59:59.999999Z', false),
        ('t-november', 2, 15, '2025-11-01T00:00:06Z', 1, 'completed', 'buy', 'USDC', 'ERC20', 1, 'EUR', 0.94,
         '2025-11-01T00:00:00Z', '2025-11-01T00:00:05Z', '2025-11-01T00:00:00Z', false),
        -- After October was closed: other amounts, an end that is taken back, and one that comes late.
        ('t-1', 4, 16, '2025-11-09T09:00:00Z', 1, 'completed', 'buy', 'USDC', 'ERC20', 42.60, 'EUR', 40.14,
         '2025-10-03T09:00:00Z', '2025-10-03T09:00:05.123456Z', '2025-10-03T09:00:00Z', true),
        ('t-2', 5, 17, '2025-11-09T10:00:00Z', 2, 'pending', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true),
        ('t-4', 2, 18, '2025-11-10T00:00:00Z', 1, 'failed', 'buy', 'USDC', 'ERC20', 0, 'EUR', 0,
         '2025-10-20T09:00:00Z', '2025-11-10T00:00:00Z', '2025-10-20T09:00:00Z', false),
        -- After the time as known at which the statement is.
        ('t-5', 2, 19, '2025-11-20T00:00:00.000001Z', 1, 'completed', 'buy', 'USDC', 'ERC20', 7, 'EUR', 7,
         '2025-10-21T09:00:00Z', '2025-11-20T00:00:00Z', '2025-10-21T09:00:00Z', false)
), closed AS (
    INSERT INTO closed_period (period, as_known_at, closed_at, closed_by)
    VALUES
        ('2025-09-01', '2025-10-02T00:00:00Z', '2025-10-02T08:00:00Z', 'night'),
        ('2025-10-01', '2025-11-03T00:00:00Z', '2025-11-03T08:00:00Z', 'night')
)
INSERT INTO statement (period, as_known_at, position, booked_until, corrected_since)
VALUES ('2025-10-01', '2025-11-20T00:00:00Z', 18, '2025-11-03T00:00:00Z', '2025-10-02T00:00:00Z')
