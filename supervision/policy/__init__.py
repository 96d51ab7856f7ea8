"""What the pages of the policy read: a tool's form, rules, figures and versions; what waits for a second admin."""
