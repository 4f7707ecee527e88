#!/bin/sh
# The server's account is an ordinary one: the rows of other organisations are walled off by the database too, and a superuser would
# walk through that wall.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$TANDEM_PASSWORD" -U "$POSTGRES_USER" -d postgres <<'SQL'
CREATE ROLE tandem LOGIN PASSWORD :'password';
CREATE DATABASE tandem OWNER tandem;
SQL
