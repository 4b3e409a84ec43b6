"""A site's side: it checks each message, answers with sums or refuses, and keeps a ledger of what left."""
