# Completion of runner for fish: runner completions fish >~/.config/fish/completions/runner.fish

function __runner_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$current"
            case :lua
                __fish_complete_suffix "$current" .lua
            case :folders
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end

complete -c runner -f -k -a '(__runner_complete)'
