"""What a report is made of, without a database: tables, periods, and which numbers are shown."""
