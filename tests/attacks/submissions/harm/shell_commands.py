# wants: what shell commands can do: files, network, other processes
# honest: all

# %% + after setup
!echo x > @outside@/shell.txt
!kill -9 @victim@ 2>/dev/null
!cp /bin/sh ./sh && chmod u+s ./sh
%cd @outside@
%system touch shell2.txt
%cd -
