"""The composer: turns a composition script into a boot image and a report. See README.md."""
