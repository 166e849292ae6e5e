/**
 * What a shell has to be told, once: it asks `berth complete` at each tab, with the words up to the cursor. So the scripts
 * stay right whatever commands there are.
 */
export const completionScripts = {
  bash: `# bash completion for berth. Load it: source <(berth completion bash)
_berth_complete() {
  local line="\${COMP_LINE:0:COMP_POINT}" words current before value
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  # Readline takes colons and equal signs for ends of words: it replaces only what comes after the last one.
  before="\${current%"\${COMP_WORDS[COMP_CWORD]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    COMPREPLY+=("\${value#"$before"}")
  done < <(berth complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _berth_complete berth
`,
  zsh: `#compdef berth
# zsh completion for berth. Load it: source <(berth completion zsh)
_berth() {
  local value description
  local -a candidates
  while IFS=$'\\t' read -r value description; do
    candidates+=("\${value//:/\\\\:}:$description")
  done < <(berth complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe berth candidates
}
if [ "$funcstack[1]" = "_berth" ]; then
  _berth
else
  compdef _berth berth
fi
`,
  fish: `# fish completion for berth. Load it: berth completion fish | source
function __berth_complete
    set -l words (commandline -opc) "$(commandline -ct)"
    berth complete -- $words[2..-1] 2>/dev/null
end
complete -c berth -f -a '(__berth_complete)'
`,
} as const;

export type Shell = keyof typeof completionScripts;
