"""The clinic: patients, clinicians, free times, bookings and texts, and the tools that read and change them."""
