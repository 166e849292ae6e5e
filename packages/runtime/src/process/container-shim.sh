#!/bin/sh
# Starts one container, waits for it and records how it ended, whether or not the agent still lives.
# usage: container-shim.sh <attempt directory>
#
# Files of the attempt directory (each is written under another name and renamed: it is there whole or not at all):
#   claim/       made by whoever decides that the attempt runs, or never will: this shim, or an agent after its restart
#   shim         identity of this shim
#   launch.sh    becomes the container's command; writes `process`, or `start-error`
#   stdout, stderr   what the container wrote
#   exit         the exit code; 128 + signal after a signal
#
# All of it is a function that ends in `exit`, so the shell has read the whole file before it runs any of it: a change
# of this file underneath a running container does no harm.

main() {
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  cd "$1" || exit 1
  mkdir claim 2>/dev/null || exit 0
  . "${0%/*}/identity.sh"
  record shim
  # With a handler (not ignored) the signals are at their defaults again in the container.
  trap : HUP INT QUIT TERM
  # In the foreground: a shell's background jobs inherit INT and QUIT ignored.
  if command -v setsid >/dev/null; then
    setsid /bin/sh ./launch.sh </dev/null >>stdout 2>>stderr
  else
    perl -e 'use POSIX; POSIX::setsid(); exec @ARGV' /bin/sh ./launch.sh </dev/null >>stdout 2>>stderr
  fi
  code=$?
  # The container ends with its first process: what that left behind in its group goes with it.
  if read -r pid _ <process; then
    kill -s KILL -- "-$pid"
  fi 2>/dev/null
  printf '%s\n' "$code" >exit.tmp
  mv exit.tmp exit
  exit 0
}

main "$@"
