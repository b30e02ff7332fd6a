//! Whole-house journeys: each file beside this one is one test program.
