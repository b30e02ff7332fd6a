//! The gateway's room: nothing stands in it yet.
