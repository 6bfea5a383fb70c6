"""Lists of anything: columns, filters, sorts, saved views, selection. A feature declares a ListSpec; this shows it."""
