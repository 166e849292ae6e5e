# record <file>: writes the identity of this shell's process, `<pid> <start time> <boot id>`, whole or not at all.
# A pid alone is reused; together with its start time and the machine's boot it names one process.
# The identity stays true over exec.
record() {
  if [ -r "/proc/$$/stat" ]; then
    read -r stat <"/proc/$$/stat"
    # The command's name may hold spaces and brackets; what stands behind its last bracket does not.
    set -- "$1" ${stat##*) }
    file=$1
    shift 20
    start_time=$1
    read -r boot_id </proc/sys/kernel/random/boot_id
  else
    file=$1
    start_time=$(ps -o lstart= -p "$$" | tr -s ' ' '_')
    boot_id=-
  fi
  printf '%s %s %s\n' "$$" "$start_time" "$boot_id" >"$file.tmp"
  mv "$file.tmp" "$file"
}
