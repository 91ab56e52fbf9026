//! An ssh client over russh that behaves as the user's own OpenSSH would.
