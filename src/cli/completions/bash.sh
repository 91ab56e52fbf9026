# Completion of runner for bash: source <(runner completions bash)

_runner() {
  local words=() word line i last prefix part files=
  COMPREPLY=()
  # Bash breaks words at : and =, which stand inside of ours.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    last=$((${#words[@]} - 1))
    if ((last >= 0 && i > 1)) && [[ $word == [:=] || ${COMP_WORDS[i - 1]} == [:=] ]]; then
      words[last]+=$word
    else
      words+=("$word")
    fi
  done
  last=$((${#words[@]} - 1))
  # What stands before the part that bash takes for the word is not to be repeated.
  part=${COMP_WORDS[COMP_CWORD]}
  if [[ $part == [:=] ]]; then
    prefix=${words[last]}
    part=
  else
    prefix=${words[last]%"$part"}
  fi
  while IFS= read -r line; do
    case $line in
      :files | :lua | :folders) files=$line ;;
      *) COMPREPLY+=("$(printf '%s' "${line%%$'\t'*}")") ;;
    esac
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
  COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
  case $files in
    '') return ;;
    :files) files=$(compgen -f -- "$part") ;;
    :lua) files=$(compgen -f -X '!*.lua' -- "$part"; compgen -d -- "$part") ;;
    :folders) files=$(compgen -d -- "$part") ;;
  esac
  compopt -o filenames 2>/dev/null
  while IFS= read -r line; do
    [[ -z $line ]] || COMPREPLY+=("$line")
  done <<<"$files"
}

complete -F _runner runner
