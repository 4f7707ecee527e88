-- Live calls, as another node needs them to go on (JSON). A row goes with its call.
CREATE TABLE call_states (
    call  text NOT NULL PRIMARY KEY,
    org   text NOT NULL,
    state text NOT NULL
);
