"""Receives the lanes: RTP from the gateway becomes utterances in the database. `manage.py run_captions` runs it."""
