//! What proves the services together. There is nothing here but tests (`tests/`) and the program that kills
//! and freezes the processes of a shop while it sells (`src/bin/campaign`).
