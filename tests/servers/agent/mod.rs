//! Debian's own sshd with our agent beside it: who gets in, who is ended, and what is left standing when something breaks.

mod endings;
mod faults;
mod log_ins;
mod looks;
